import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { missing } from './browsers.mjs'
import { build, cargo } from './build.mjs'
import * as counts from './counts.mjs'
import { lintCore, missingCompiler } from './fuzz-core.mjs'
import { install } from './install.mjs'
import { example, tool } from './packages.mjs'
import { startPostgres } from './postgres.mjs'
import { Failure, program, root, run } from './run.mjs'
import { checkSnippets } from './snippets.mjs'
import { runSteps, select, skipped, summarize } from './steps.mjs'

/** All checks that need no browser, the cheapest first. */
export const checks = ({ fix = false, env = {} } = {}) => [
  { name: 'format', work: () => run('cargo', ['fmt', '--all', ...(fix ? [] : ['--check'])]) },
  { name: 'clippy', work: lint },
  { name: 'clippy-wasm', work: lintForWasm },
  { name: 'clippy-fuzz', work: lintFuzzTargets },
  { name: 'rust', work: () => run('cargo', ['test', '--no-fail-fast'], { env }), count: counts.cargoTest },
  { name: 'build', work: buildQuietly },
  { name: 'types', needs: 'build', work: typecheck },
  { name: 'snippets', needs: 'build', work: checkSnippets },
  { name: 'biome', work: () => biome(fix) },
  { name: 'unit', needs: 'build', work: () => unit(env), count: counts.vitest },
  { name: 'api', work: () => nodeTest('api'), count: counts.nodeTest },
  // Its tests run doctor, which is part of the build.
  { name: 'express', needs: 'build', work: () => express(env), count: counts.nodeTest },
  { name: 'size', needs: 'build', work: () => run(process.execPath, ['scripts/size.mjs'], { name: 'size' }) },
  // Imported late, because it imports packages that must be installed first.
  {
    name: 'support',
    needs: 'build',
    work: async (...args) => (await import('./support.mjs')).checkSupport(...args),
  },
  { name: 'vue', needs: 'build', work: () => checkExample('vue') },
  { name: 'next', needs: 'build', work: () => checkExample('next') },
]

/** Compiles the Rust code for these checks. Errors are ignored here; the checks report them. */
export async function compile() {
  const steps = [lint, lintForWasm, () => run('cargo', ['test', '--no-run']), cargo, lintFuzzTargets]
  for (const step of steps) await step().catch(() => {})
}

const lint = () => clippy('--workspace', '--all-targets')
const lintForWasm = () => clippy('--lib', '--target', 'wasm32-unknown-unknown')
/** The fuzz targets are a workspace of their own, which no other command compiles. */
async function lintFuzzTargets() {
  const lack = await missingCompiler()
  return lack ? skipped(lack) : lintCore()
}
const clippy = (...args) => run('cargo', ['clippy', '--quiet', ...args, '--', '--deny', 'warnings'])

async function buildQuietly() {
  const lines = []
  await build((line) => lines.push(line))
  return lines.join('\n')
}

const has = (folder, pattern) =>
  existsSync(path.join(root, folder)) &&
  readdirSync(path.join(root, folder), { recursive: true }).some((file) => pattern.test(file))

async function typecheck() {
  if (!has('tests', /\.ts$/)) return skipped('no TypeScript in tests/ yet')
  const compile = (project) => tool('tsc', ['--project', project], { from: 'typescript' })
  const templates = run('npm', [
    'exec',
    '--workspace',
    example('vue').name,
    '--',
    'vue-tsc',
    '--project',
    path.join(root, 'tests/types/templates'),
  ])
  return `${await compile('.')}${await compile('tests/types')}${await templates}`
}

const biome = (fix) =>
  tool('biome', ['check', '--error-on-warnings', ...(fix ? ['--write'] : [])], { from: '@biomejs/biome' })

async function unit(env) {
  if (!has('tests/unit', /\.test\.tsx?$/)) return skipped('no tests in tests/unit yet')
  return tool('vitest', ['run', '--reporter=default'], { env })
}

function nodeTest(name, env = {}) {
  const { folder } = example(name) ?? {}
  if (!folder) return skipped(`no examples/${name} yet`)
  return run(process.execPath, ['--test', '--test-reporter=spec'], { cwd: folder, env, name: 'node --test' })
}

/** Runs on SQLite, and on PostgreSQL if it is installed. */
async function express(env) {
  if (missing('postgres')) return nodeTest('express', env)
  const { url, end } = await startPostgres()
  return nodeTest('express', { ...env, TEST_POSTGRES: url }).finally(end)
}

async function checkExample(folder) {
  const { name, scripts } = example(folder) ?? {}
  if (!scripts?.check) return skipped(`no check script in examples/${folder} yet`)
  return run('npm', ['run', 'check', '--workspace', name])
}

await program(import.meta.url, async (args) => {
  const { steps, rest } = select(checks({ fix: args.includes('--fix') }), args)
  if (rest.some((arg) => arg !== '--fix'))
    throw new Failure('usage: npm run check -- [--fix] [--only <step>]…')
  await install()
  summarize(await runSteps(steps))
})
