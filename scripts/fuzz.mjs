import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { buildCore, coreTargets, fuzzCore, missingCompiler } from './fuzz-core.mjs'
import { install } from './install.mjs'
import { Failure, program, root, run } from './run.mjs'

const corpus = path.join(root, 'tests/fuzz/corpus')
const output = path.join(root, 'target/fuzz')
/** The targets in TypeScript. Each has a file of this name. */
export const scriptTargets = readdirSync(path.join(root, 'tests/fuzz/targets')).map(
  (file) => path.parse(file).name,
)
/** How many targets run at the same time. */
const AT_ONCE = 2
/** The time of all targets in `npm test`, for each of the processes that run at once. In seconds. */
const QUICK = 30

async function buildScripts() {
  const { build } = await import('esbuild')
  const outfile = path.join(output, 'main.mjs')
  await build({
    entryPoints: [path.join(root, 'tests/fuzz/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'error',
  })
  return outfile
}

async function fuzzScript(file, target, seconds) {
  const args = ['--enable-source-maps', file, target, String(seconds), corpus]
  const { runs, examples } = JSON.parse(
    (await run(process.execPath, args, { name: target })).trim().split('\n').at(-1),
  )
  return { runs, note: `${examples} in the corpus` }
}

/**
 * Runs these targets, two at a time, for so many seconds together. Continues after a failure.
 *
 * @returns one line for each target, and the failures
 */
export async function fuzz(names, seconds) {
  const isCore = (name) => Object.hasOwn(coreTargets, name)
  const lack = names.some(isCore) ? await missingCompiler() : undefined
  const wanted = names.filter((name) => !(lack && isCore(name)))
  const folders = { grown: path.join(output, 'corpus'), failures: path.join(output, 'failures') }
  mkdirSync(folders.failures, { recursive: true })
  const binary = wanted.some(isCore) ? await buildCore() : undefined
  const file = wanted.every(isCore) ? undefined : await buildScripts()
  const share = Math.max(1, Math.round((seconds * AT_ONCE) / wanted.length))

  async function one(name) {
    if (!isCore(name)) return fuzzScript(file, name, share)
    const grown = path.join(folders.grown, name)
    mkdirSync(grown, { recursive: true })
    return fuzzCore(binary, name, share, { folders: { ...folders, grown } })
  }

  const lines = lack ? [`the Rust targets are skipped: ${lack}`] : []
  let failed = 0
  const left = [...wanted]
  async function work() {
    for (let name = left.shift(); name; name = left.shift()) {
      const result = await one(name).catch((error) => ({ error }))
      if (result.error) failed += 1
      const text = result.error
        ? `✗ ${name}: ${result.error.message}\n${result.error.output ?? ''}`
        : `✓ ${name.padEnd(14)} ${String(result.runs).padStart(10)} inputs in ${share} s, ${result.note}`
      lines.push(text)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  lines.push(`${wanted.length - failed} targets passed, ${failed} failed`)
  if (failed) throw new Failure('at least one target has found a bug', lines.join('\n'))
  return lines.join('\n')
}

export const allTargets = [...Object.keys(coreTargets), ...scriptTargets]

/** The step of the runs. The quick one leaves out the Rust targets, whose build takes minutes. */
export const fuzzQuickly = ({ full }) => fuzz(full ? allTargets : scriptTargets, QUICK)

await program(import.meta.url, async (args) => {
  const at = args.indexOf('--minutes')
  const minutes = at < 0 ? 1 : Number(args[at + 1])
  const names = args.filter((_, index) => at < 0 || (index !== at && index !== at + 1))
  const unknown = names.find((name) => !allTargets.includes(name))
  if (unknown || !(minutes > 0))
    throw new Failure(
      `usage: npm run fuzz -- [--minutes <all targets together>] [target]…; the targets are ${allTargets.join(', ')}`,
    )
  await install()
  console.log(await fuzz(names.length ? names : allTargets, minutes * 60))
})
