import { existsSync } from 'node:fs'
import path from 'node:path'
import { installChromium } from './browsers.mjs'
import { checks } from './check.mjs'
import * as counts from './counts.mjs'
import { install } from './install.mjs'
import { tool } from './packages.mjs'
import { Failure, program, root, run } from './run.mjs'
import { buildExample } from './serve.mjs'
import { runSteps, skipped, summarize } from './steps.mjs'

async function endToEnd() {
  if (!existsSync(path.join(root, 'playwright.config.ts'))) return skipped('no playwright.config.ts yet')
  await buildExample()
  // Playwright colours its workers, and Node complains about being told both.
  const env = { NO_COLOR: undefined }
  return tool('playwright', ['test', '--reporter=list'], { from: '@playwright/test', env })
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
  await installChromium()
  const steps = [
    ...checks({ env: mode ? { PROPTEST_CASES: '4096' } : {} }),
    { name: 'end-to-end', work: endToEnd, count: counts.playwright },
  ]
  if (mode) steps.push({ name: 'mutants', work: mutants, count: counts.mutants })
  summarize(await runSteps(steps))
})
