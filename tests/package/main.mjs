// Tests the packed package in different projects: `node tests/package/main.mjs [--full] [names…]`
// With `--page` the vault runs in the page, otherwise first in a shared worker and then in a worker.

import { testedChromium } from '../../scripts/browsers.mjs'
import { Failure, program } from '../../scripts/run.mjs'
import { runSteps, summarize } from '../../scripts/steps.mjs'
import { browse } from './browse.mjs'
import { checks } from './checks.mjs'
import { closed } from './drive.mjs'
import { edits } from './edit.mjs'
import { environments } from './environments.mjs'
import { modules } from './modules.mjs'
import { pack } from './project.mjs'
import { starts } from './start.mjs'

function select(steps, { full, names }) {
  const unknown = names.find((name) => !steps.some((step) => step.name === name))
  if (unknown)
    throw new Failure(`No step is called ${unknown}: there are ${steps.map(({ name }) => name).join(', ')}`)
  return steps.filter((step) => (names.length ? names.includes(step.name) : full || !step.full))
}

await program(import.meta.url, async (args) => {
  const full = args.includes('--full')
  const vaults = args.includes('--page') ? ['page'] : ['shared', 'worker']
  const names = args.filter((arg) => !arg.startsWith('--'))
  const { chromium } = await import('@playwright/test')
  const tarball = await pack()
  const browser = await chromium.launch({ executablePath: testedChromium({ full }), args: ['--no-sandbox'] })
  try {
    const steps = [
      ...checks.map(({ name, work }) => ({ name, work: () => work(tarball) })),
      ...environments.map((environment) => ({
        ...environment,
        work: () => browse(environment, { browser, tarball, vaults }),
      })),
      ...edits.map((step) => ({ ...step, work: () => step.work({ browser, tarball }) })),
      ...[...modules, ...starts].map((step) => ({ ...step, work: () => step.work({ browser, tarball }) })),
    ]
    summarize(await runSteps(select(steps, { full, names })))
  } finally {
    await closed(browser)
  }
  // Ends everything that did not close in time.
  process.exit()
})
