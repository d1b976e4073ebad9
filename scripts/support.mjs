// Finds the oldest supported browsers from the features that the code uses: `node scripts/support.mjs`. The table in docs/browsers.md must be the same.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { tool } from './packages.mjs'
import { Failure, program, root } from './run.mjs'
import { FEATURES, OPTIONAL, ROWS, WASM_FEATURES } from './support/rows.mjs'
import { BROWSERS, known, since } from './support/since.mjs'
import { createReader, sourcesOf } from './support/used.mjs'

const HEAD = ['what runs', 'Chrome, Edge', 'Firefox', 'Safari, iOS']

/** @returns for each row the features that it needs, each with the first place that uses it */
async function measure() {
  const rows = Object.entries(ROWS)
  const sources = await Promise.all(rows.map(([, { files }]) => sourcesOf(files)))
  const read = createReader([...new Set(sources.flat())])
  const wasm = await wasmFeatures()
  const measured = rows.map(([name, { features = [], hasWasm }], at) => ({
    name,
    needs: new Map([
      ...placesOf(read(sources[at])),
      ...(hasWasm ? wasm : []).map((feature) => [feature, 'core_bg.wasm']),
    ]),
    features,
  }))
  const unused = Object.keys(OPTIONAL).find((feature) => measured.every(({ needs }) => !needs.has(feature)))
  if (unused) throw new Failure(`OPTIONAL names ${unused}, which nothing uses`)
  for (const { needs, features } of measured) {
    for (const feature of Object.keys(OPTIONAL)) needs.delete(feature)
    for (const feature of features) needs.set(FEATURES[feature], feature)
  }
  return measured
}

/** The features that code uses, each with the first place that uses it. */
export function placesOf(uses) {
  const places = new Map()
  for (const { name, paths, where, isPlatforms } of uses) {
    const feature = known(paths)
    if (!feature && isPlatforms) throw new Failure(`${where}: the data has no ${name}`)
    if (feature && !places.has(feature)) places.set(feature, where)
  }
  return places
}

/** The features of WebAssembly that the binary uses. wasm-opt refuses a binary that uses others. */
async function wasmFeatures() {
  const file = path.join(root, 'pkg/wasm/core_bg.wasm')
  const enabled = Object.keys(WASM_FEATURES).map((name) => `--enable-${name}`)
  const check = tool('wasm-opt', ['--mvp-features', ...enabled, file, '-o', '/dev/null'], {
    from: 'binaryen',
  })
  await check.catch(({ message, output }) => {
    throw new Failure(
      `core_bg.wasm uses what WASM_FEATURES does not name: ${output.split('\n')[0] || message}`,
    )
  })
  return Object.values(WASM_FEATURES)
}

/** The first version that has all features, and the feature that requires this version. */
export function floorOf(needs, browser) {
  const versions = [...needs].map(([feature, where]) => ({
    feature,
    where,
    version: since(feature)[browser],
  }))
  return versions.reduce((highest, one) => (one.version > highest.version ? one : highest))
}

const line = (cells) => `| ${cells.join(' | ')} |`
const cellsOf = (text) =>
  text
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())

/** Checks the table in docs/browsers.md. If it is wrong, the failure contains the correct table and the lines of code that require it. */
export async function checkSupport() {
  const rows = (await measure()).map(({ name, needs }) => ({
    name,
    floors: BROWSERS.map((browser) => ({ browser, ...floorOf(needs, browser) })),
  }))
  const table = rows.map(({ name, floors }) => [name, ...floors.map(({ version }) => String(version))])
  const written = readFileSync(path.join(root, 'docs/browsers.md'), 'utf8')
    .split('\n')
    .filter((text) => text.startsWith('|'))
    .map(cellsOf)
  const isWritten = (row) => written.some((cells) => cells.slice(0, row.length).join() === row.join())
  const wrong = rows.filter((_, at) => !isWritten(table[at]))
  const why = rows.map(({ name, floors }) =>
    [
      name,
      ...floors.map(
        ({ browser, version, feature, where }) => `  ${browser} ${version}: ${feature} (${where})`,
      ),
    ].join('\n'),
  )
  if (wrong.length)
    throw new Failure(`docs/browsers.md:\n${[HEAD, ...table].map(line).join('\n')}\n\n${why.join('\n')}`)
  return why.join('\n')
}

await program(import.meta.url, async () => console.log(await checkSupport()))
