// Since which version browsers have something, by MDN's browser-compat-data.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../run.mjs'

const data = JSON.parse(
  readFileSync(path.join(root, 'node_modules/@mdn/browser-compat-data/data.json'), 'utf8'),
)

/** The columns of the table. Edge has the versions of Chrome, and Safari those of iOS. */
export const BROWSERS = ['chrome', 'firefox', 'safari']

const compatOf = (feature) => feature.split('.').reduce((node, name) => node?.[name], data)?.__compat

/** The first of these paths that the data has. */
export const known = (paths) => paths.find(compatOf)

/** { chrome, firefox, safari }: versions as numbers; Infinity for never. What the data calls partial counts. */
export function since(feature) {
  const { support } = compatOf(feature)
  return Object.fromEntries(BROWSERS.map((browser) => [browser, firstVersion(support[browser])]))
}

/** The first of the versions that have it by its own name, without a switch, and without a gap until today. */
function firstVersion(statements) {
  const plain = [statements].flat().filter((one) => !one.flags && !one.prefix && !one.alternative_name)
  let first = Number.POSITIVE_INFINITY
  let next
  for (const { version_added, version_removed } of plain) {
    if (version_removed !== next) break
    next = version_added
    first = Number.parseFloat(String(version_added).replace('≤', '')) || first
  }
  return first
}
