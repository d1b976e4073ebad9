import { engineNames, installPrograms, missing, programNames } from './browsers.mjs'
import { checks } from './check.mjs'
import * as counts from './counts.mjs'
import { install } from './install.mjs'
import { buildNext, variants } from './next.mjs'
import { buildNuxt, variants as ofNuxt } from './nuxt.mjs'
import { tool } from './packages.mjs'
import { Failure, program, run } from './run.mjs'
import { buildExample } from './serve.mjs'
import { runSteps, skipped, summarize } from './steps.mjs'

/**
 * Every engine has its projects in playwright.config.ts, one for each place of the vault. The quick run takes those that
 * its users get: every place in Chromium, and the shared vault elsewhere.
 */
async function endToEnd(engine, { full }) {
  const lack = missing(engine)
  if (lack) return skipped(lack)
  await buildExample()
  // Playwright colours its workers, and Node complains about being told both.
  const env = { NO_COLOR: undefined, ...(full ? { TOKENCELL_FULL: '1', TOKENCELL_LIFETIMES: '20' } : {}) }
  const places = full || engine === 'chromium' ? '*' : 'shared'
  const args = ['test', '--reporter=list', `--project=${engine}-${places}`]
  return tool('playwright', args, { from: '@playwright/test', env })
}

/** The example of Next, built and driven; in full also by webpack, by the development servers, and of an older Next. */
async function nextApp({ full }) {
  const names = full ? Object.keys(variants) : ['turbopack']
  for (const name of names) await buildNext(name)
  const projects = names.map((name) => `--project=${name.startsWith('next-') ? name : `next-${name}`}`)
  const env = { NO_COLOR: undefined, ...(full ? { TOKENCELL_FULL: '1' } : {}) }
  return tool('playwright', ['test', '--reporter=list', ...projects], { from: '@playwright/test', env })
}

/** The example of Nuxt, on its own server and with a vault; in full also as files, and on the development server. */
async function nuxtApp({ full }) {
  const names = full ? Object.keys(ofNuxt) : ['bff', 'vault', 'generated']
  for (const name of names) await buildNuxt(name)
  const elsewhere = ['firefox', 'webkit']
    .filter((engine) => !missing(engine))
    .map((engine) => `bff-${engine}`)
  const projects = [...names, ...elsewhere].map((name) => `--project=nuxt-${name}`)
  const env = { NO_COLOR: undefined, ...(full ? { TOKENCELL_FULL: '1' } : {}) }
  return tool('playwright', ['test', '--reporter=list', ...projects], { from: '@playwright/test', env })
}

/** The packed package in projects of other people's kind. */
const packed = ({ full }) =>
  run(process.execPath, ['tests/package/main.mjs', ...(full ? ['--full'] : [])], { name: 'tests/package' })

async function mutants() {
  await run('cargo', ['mutants', '--version']).catch(() => {
    throw new Failure('cargo-mutants is missing: run cargo install cargo-mutants --locked')
  })
  // .cargo/mutants.toml says what is left out, and why. Few histories each: there are hundreds of mutants.
  return run('cargo', ['mutants', '--package', 'tokencell', '--output', 'target', '--no-times'], {
    env: { PROPTEST_CASES: '150' },
  })
}

await program(import.meta.url, async ([mode]) => {
  if (mode && mode !== '--full') throw new Failure('usage: npm test, or npm run test:full')
  await install()
  // The tests against Rails have no step yet.
  await installPrograms(programNames.filter((name) => name !== 'rails'))
  const full = Boolean(mode)
  const steps = [
    ...checks({ env: full ? { PROPTEST_CASES: '4096' } : {} }),
    ...engineNames.map((name) => ({ name, work: () => endToEnd(name, { full }), count: counts.playwright })),
    { name: 'next', work: () => nextApp({ full }), count: counts.playwright },
    { name: 'nuxt', work: () => nuxtApp({ full }), count: counts.playwright },
    { name: 'package', work: () => packed({ full }), count: counts.summary },
  ]
  if (full) steps.push({ name: 'mutants', work: mutants, count: counts.mutants })
  summarize(await runSteps(steps))
})
