import { engineNames, installBrowsers, missing } from './browsers.mjs'
import { checks } from './check.mjs'
import * as counts from './counts.mjs'
import { install } from './install.mjs'
import { tool } from './packages.mjs'
import { Failure, program, run } from './run.mjs'
import { buildExample } from './serve.mjs'
import { runSteps, skipped, summarize } from './steps.mjs'

/** Every engine has its projects in playwright.config.ts, one for each place of the vault. */
async function endToEnd(engine) {
  const lack = missing(engine)
  if (lack) return skipped(lack)
  await buildExample()
  // Playwright colours its workers, and Node complains about being told both.
  const env = { NO_COLOR: undefined }
  const args = ['test', '--reporter=list', `--project=${engine}-*`]
  return tool('playwright', args, { from: '@playwright/test', env })
}

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
  await installBrowsers()
  const steps = [
    ...checks({ env: mode ? { PROPTEST_CASES: '4096' } : {} }),
    ...engineNames.map((name) => ({ name, work: () => endToEnd(name), count: counts.playwright })),
  ]
  if (mode) steps.push({ name: 'mutants', work: mutants, count: counts.mutants })
  summarize(await runSteps(steps))
})
