import { readFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { Failure, program, root } from './run.mjs'

const wasm = 'core_bg.wasm'
const vault = 'tokencell/vault with its wasm'
const everything = 'everything the page vault loads'
const diagnosis = 'only after a failed start'
// Imports both entries as an application does, so that code which client and vault share is counted once.
const application = `export { createAuth } from 'tokencell'; export const vault = () => import('tokencell/vault')`

// In bytes after brotli. An entry that is missing here has no limit.
const budgets = {
  tokencell: 5120,
  'tokencell/vue': 1088,
  'tokencell/pinia': 768,
  'tokencell/router': 3072,
  'tokencell/sockets': 3840,
  [vault]: 48 * 1024,
  [everything]: 53 * 1024,
  [diagnosis]: 2048,
}
const goal = 20 * 1024

/** [name, file] of all entries of the package. */
function entries() {
  const { name, exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  return Object.entries(exports)
    .filter(([, target]) => target.default)
    .map(([subpath, target]) => [subpath.replace('.', name), target.default])
}

// Leaves out modules that are loaded only if a bundler has lost the wasm file or a vault did not start, and dependencies of the application.
const outside = {
  name: 'outside',
  setup: (build) =>
    build.onResolve({ filter: /./ }, ({ kind, path }) => {
      const isOurs = kind === 'entry-point' || path.startsWith('.') || path.startsWith('tokencell')
      const isLeftOut = kind === 'dynamic-import' && /\/(inline|diagnosis\/index)\.js$/.test(path)
      return isOurs && !isLeftOut ? undefined : { path, external: true }
    }),
}

/** The files that an application loads for this entry, as [contents]. */
async function bundle(entry) {
  const esbuild = await import('esbuild')
  const { outputFiles } = await esbuild.build({
    ...entry,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    outdir: 'size',
    minify: true,
    format: 'esm',
    conditions: ['production'],
    target: 'es2022',
    write: false,
    logLevel: 'silent',
    plugins: [outside],
  })
  return outputFiles.map(({ contents }) => contents)
}

/** Each file is compressed separately, as it is served. */
function row(name, files) {
  const sum = (size) => files.reduce((total, file) => total + size(file), 0)
  return {
    name,
    min: sum((file) => file.length),
    brotli: sum((file) => brotliCompressSync(file).length),
    budget: budgets[name],
  }
}

async function measure() {
  const core = readFileSync(path.join(root, 'pkg/wasm', wasm))
  const rows = [row(wasm, [core])]
  for (const [name, file] of entries()) rows.push(row(name, await bundle({ entryPoints: [file] })))
  rows.push(row(vault, [...(await bundle({ entryPoints: ['pkg/vault/index.js'] })), core]))
  const loaded = await bundle({ stdin: { contents: application, resolveDir: root } })
  rows.push(row(everything, [...loaded, core]))
  rows.push(row(diagnosis, await bundle({ entryPoints: ['pkg/client/diagnosis/index.js'] })))
  return rows.map((entry) => ({ ...entry, over: entry.brotli > entry.budget }))
}

function print(rows) {
  const line = (name, ...cells) =>
    console.log(name.padEnd(34), ...cells.map((cell) => String(cell).padStart(8)))
  line('', 'min', 'brotli', 'budget')
  for (const { name, min, brotli, budget, over } of rows)
    line(name, min, brotli, budget ?? '–', budget ? (over ? 'over' : 'ok') : '')
  console.log(`The goal for everything is ${goal}.`)
}

await program(import.meta.url, async () => {
  await install()
  await build(() => {})
  const rows = await measure()
  print(rows)
  const over = rows
    .filter((entry) => entry.over)
    .map(({ name, brotli, budget }) => `${name} by ${brotli - budget}`)
  if (over.length) throw new Failure(`Over budget: ${over.join(', ')} bytes`)
})
