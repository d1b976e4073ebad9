import { readFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { Failure, program, root } from './run.mjs'

// Bytes after brotli. An entry that is missing here is shown without a limit.
const budgets = {
  tokencell: 4096,
  'everything the page vault loads': 40 * 1024,
}
const goal = 20 * 1024

const wasm = 'core_bg.wasm'
const parts = ['tokencell', 'tokencell/vault', wasm]

/** [name, file] of everything a user can import. */
function entries() {
  const { name, exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  return Object.entries(exports)
    .filter(([, target]) => target.default)
    .map(([subpath, target]) => [subpath.replace('.', name), target.default])
}

// What is only loaded on demand, and what the application brings along, is not ours to count.
const outside = {
  name: 'outside',
  setup: (build) =>
    build.onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' || (kind !== 'entry-point' && !path.startsWith('.'))
        ? { path, external: true }
        : undefined,
    ),
}

async function bundle(file) {
  const esbuild = await import('esbuild')
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
    plugins: [outside],
  })
  return outputFiles[0].contents
}

const row = (name, bytes) => ({ name, min: bytes.length, brotli: brotliCompressSync(bytes).length })

async function measure() {
  const rows = []
  for (const [name, file] of entries()) rows.push(row(name, await bundle(file)))
  rows.push(row(wasm, readFileSync(path.join(root, 'pkg/wasm', wasm))))
  const loaded = rows.filter(({ name }) => parts.includes(name))
  const total = (key) => loaded.reduce((sum, part) => sum + part[key], 0)
  rows.push({ name: 'everything the page vault loads', min: total('min'), brotli: total('brotli') })
  return rows.map((entry) => ({
    ...entry,
    budget: budgets[entry.name],
    over: entry.brotli > budgets[entry.name],
  }))
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
