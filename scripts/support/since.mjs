// The first browser version with a feature, from MDN's browser-compat-data.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../run.mjs'

const data = JSON.parse(
  readFileSync(path.join(root, 'node_modules/@mdn/browser-compat-data/data.json'), 'utf8'),
)

/** The columns of the table. Edge has the same versions as Chrome, and iOS the same as Safari. */
export const BROWSERS = ['chrome', 'firefox', 'safari']

const compatOf = (feature) => feature.split('.').reduce((node, name) => node?.[name], data)?.__compat

/** The first of these paths that exists in the data. */
export const known = (paths) => paths.find(compatOf)

/** { chrome, firefox, safari }: versions as numbers; Infinity for never. Partial support counts as support. */
export function since(feature) {
  const { support } = compatOf(feature)
  return Object.fromEntries(BROWSERS.map((browser) => [browser, firstVersion(support[browser])]))
}

/** The first version that has the feature under its own name, without a flag, and in all later versions. */
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
