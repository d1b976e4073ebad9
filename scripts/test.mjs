import { availableParallelism } from 'node:os'
import { installBackends } from './backends.mjs'
import { engineNames, installPrograms, missing, programNames } from './browsers.mjs'
import { checks, compile } from './check.mjs'
import * as counts from './counts.mjs'
import { checkDocs } from './docs.mjs'
import { fuzzQuickly } from './fuzz.mjs'
import { install } from './install.mjs'
import { mutate } from './mutation.mjs'
import { buildNext, variants as ofNext } from './next.mjs'
import { buildNuxt, variants as ofNuxt } from './nuxt.mjs'
import { tool } from './packages.mjs'
import { testRecipes } from './recipes.mjs'
import { reproduce } from './reproduce.mjs'
import { announced, Failure, program, run } from './run.mjs'
import { buildExample } from './serve.mjs'
import { runSteps, select, skipped, summarize } from './steps.mjs'
import { checkSupply } from './supply.mjs'

/**
 * Every engine has projects in playwright.config.ts, one for each place of the vault. The quick run uses all places in Chromium,
 * and only the shared vault in other engines.
 */
async function endToEnd(engine, { full }) {
  const lack = missing(engine)
  if (lack) return skipped(lack)
  await buildExample()
  const places = full || engine === 'chromium' ? '*' : 'shared'
  return browsers([`${engine}-${places}`], { full })
}

/** Runs these projects of playwright.config.ts. `workers` replaces the number of workers in that file. */
function browsers(projects, { full, workers }) {
  // Playwright sets FORCE_COLOR for its workers, and Node warns if NO_COLOR is also set.
  const env = { NO_COLOR: undefined, ...(full ? { TOKENCELL_FULL: '1', TOKENCELL_LIFETIMES: '20' } : {}) }
  const args = ['test', '--reporter=list', ...projects.map((name) => `--project=${name}`)]
  if (workers) args.push(`--workers=${workers}`)
  return tool('playwright', args, { from: '@playwright/test', env })
}

/** Builds variants of an example that has its own server, and runs these projects with them. */
async function ofExample(build, variants, projects, { full }) {
  for (const name of variants) await build(name)
  // Fewer workers than by default, because each worker also starts its own server.
  return browsers(projects, { full, workers: Math.ceil(1.5 * availableParallelism()) })
}

/** Served by Next. The full run also tests a Docker image behind nginx, webpack, development servers and an older Next. */
function nextApp({ full }) {
  const names = full ? Object.keys(ofNext) : ['turbopack']
  const projects = names.map((name) => (name.startsWith('next-') ? name : `next-${name}`))
  return ofExample(buildNext, names, projects, { full })
}

/** On its own server, behind nginx, with a vault, and on the runtime of Cloudflare Workers. The full run also tests static files and the development server. */
function nuxtApp({ full }) {
  const names = full ? Object.keys(ofNuxt) : ['bff', 'vault', 'workerd']
  const elsewhere = ['firefox', 'webkit'].filter((engine) => !missing(engine))
  const front = full ? ['nginx', 'nginx-folder'] : ['nginx']
  const projects = [...names, ...front, ...elsewhere.map((engine) => `bff-${engine}`)]
  return ofExample(
    buildNuxt,
    names,
    projects.map((name) => `nuxt-${name}`),
    { full },
  )
}

/** Pages with the vault files of the four reference systems, in Chromium and Firefox. */
function systems({ full }) {
  const engines = ['chromium', 'firefox'].filter((engine) => !missing(engine))
  return browsers(
    engines.map((engine) => `systems-${engine}-*`),
    { full },
  )
}

/**
 * Faults of networks, APIs and devices. The quick run tests one of each kind in the shared vault of Chromium, and a short soak
 * there and behind two instances of a server.
 */
function faults({ full }) {
  const engines = ['chromium', ...(full ? ['firefox'] : [])].filter((engine) => !missing(engine))
  const places = full ? ['*'] : ['shared', 'bff']
  const projects = engines.flatMap((engine) => places.map((place) => `faults-${engine}-${place}`))
  return browsers(projects, { full })
}

/** Builds the documentation, and tests the demo in it: in the full run in Firefox, too. */
async function documentation({ full }) {
  await checkDocs()
  const engines = ['chromium', ...(full ? ['firefox'] : [])].filter((engine) => !missing(engine))
  return browsers(
    engines.map((engine) => `site-${engine}`),
    { full },
  )
}

/** Scripts of an attacker, and the table of the docs. */
function attacks({ full }) {
  const inFirefox = missing('firefox') ? [] : ['attacks-firefox-*']
  return browsers(['attacks-table', 'attacks-mutations', ...inFirefox], { full })
}

/** Playwright's own features and MSW with each vault: in the full run in Firefox, too. */
function testing({ full }) {
  const engines = ['chromium', ...(full ? ['firefox'] : [])].filter((engine) => !missing(engine))
  return browsers(
    engines.map((engine) => `testing-${engine}-*`),
    { full },
  )
}

/** The Rails example: in the quick run in Chromium, in the full run in every installed engine. */
async function rails({ full }) {
  const lack = missing('rails') ?? missing('postgres')
  if (lack) return skipped(lack)
  await buildExample()
  const engines = full ? ['chromium', 'firefox', 'webkit'].filter((engine) => !missing(engine)) : ['chromium']
  return browsers(
    engines.map((engine) => `rails-${engine}`),
    { full },
  )
}

/** Servers of other projects: the full run tests all and needs Python, the quick run tests one that needs no Python. */
async function backends({ full }) {
  const lack = full && missing('python')
  if (lack) return skipped(lack)
  await installBackends({ full })
  return browsers(['backends-*'], { full })
}

/** Tests of the contract with the Python recipes. */
async function recipes() {
  const lack = missing('python')
  return lack ? skipped(lack) : testRecipes()
}

/** Programs that only the full run needs. */
const ofFullRun = ['python']

/** Tests the packed package in projects like those of users. */
const packed = ({ full }) =>
  run(process.execPath, ['tests/package/main.mjs', ...(full ? ['--full'] : [])], { name: 'tests/package' })

async function mutants() {
  const install = ['install', 'cargo-mutants', '--locked']
  await run('cargo', ['mutants', '--version']).catch(() =>
    announced(`cargo ${install.join(' ')}`, run('cargo', install)),
  )
  // .cargo/mutants.toml lists the excluded code and the reasons. Only few histories for each, because there are hundreds of mutants.
  const args = ['mutants', '--package', 'tokencell', '--output', 'target', '--no-times', '--jobs', '2']
  return run('cargo', args, { env: { PROPTEST_CASES: '150' } })
}

/** All steps, the cheapest first. */
function allSteps({ full }) {
  const steps = [
    ...checks({ env: full ? { PROPTEST_CASES: '10000', TOKENCELL_FULL: '1' } : {} }),
    { name: 'docs', needs: 'build', work: () => documentation({ full }), count: counts.playwright },
    { name: 'fuzz', needs: 'build', work: () => fuzzQuickly({ full }), count: counts.fuzz },
    ...engineNames.map((name) => ({
      name,
      needs: 'build',
      work: () => endToEnd(name, { full }),
      count: counts.playwright,
    })),
    { name: 'testing', needs: 'build', work: () => testing({ full }), count: counts.playwright },
    { name: 'systems', needs: 'build', work: () => systems({ full }), count: counts.playwright },
    { name: 'faults', needs: 'build', work: () => faults({ full }), count: counts.playwright },
    { name: 'next', needs: 'build', work: () => nextApp({ full }), count: counts.playwright },
    { name: 'nuxt', needs: 'build', work: () => nuxtApp({ full }), count: counts.playwright },
    { name: 'backends', needs: 'build', work: () => backends({ full }), count: counts.playwright },
    { name: 'rails', needs: 'build', work: () => rails({ full }), count: counts.playwright },
    { name: 'package', needs: 'build', work: () => packed({ full }), count: counts.summary },
  ]
  if (full) {
    steps.push({ name: 'attacks', needs: 'build', work: () => attacks({ full }), count: counts.playwright })
    steps.push({ name: 'recipes', needs: 'build', work: recipes, count: counts.nodeTest })
    steps.push({ name: 'supply', work: checkSupply })
    steps.push({ name: 'reproduce', work: reproduce })
    steps.push({ name: 'mutants', work: mutants, count: counts.mutants })
    // Slower than all others: a mutant takes about a second, and there are some thousands.
    steps.push({ name: 'mutation', needs: 'build', work: () => mutate() })
  }
  return steps
}

await program(import.meta.url, async (args) => {
  const full = args.includes('--full')
  const { steps, rest } = select(allSteps({ full }), args)
  if (rest.some((arg) => arg !== '--full'))
    throw new Failure('usage: npm test, or npm run test:full [-- --only <step>]…')
  const names = programNames.filter((name) => full || !ofFullRun.includes(name))
  await install({ meanwhile: () => Promise.all([installPrograms(names), compile()]) })
  summarize(await runSteps(steps))
})
