import { defineConfig } from '@playwright/test'
import { chromium, engine, missing } from './scripts/browsers.mjs'
import type { Where } from './tests/e2e/site.js'

const inChromium = {
  browserName: 'chromium',
  launchOptions: {
    executablePath: chromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ],
  },
} as const

const inFirefox = {
  browserName: 'firefox',
  // The channel drives the Firefox of the distribution over WebDriver BiDi; without it, only Playwright's own will do.
  channel: 'moz-firefox',
  // Without one, whoever runs these learns from Playwright that there is none.
  launchOptions: missing('firefox') ? {} : { executablePath: engine('firefox').browser },
} as const

/** Everything that depends on the place runs in each of them. */
const places = ['page', 'worker', 'shared'] as const

export default defineConfig<{ where: Where }>({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  workers: 2,
  reporter: [['line']],
  timeout: 60_000,
  expect: { timeout: 20_000 },
  projects: [
    ...places.map((where) => ({ name: `chromium-${where}`, use: { ...inChromium, where } })),
    ...places.map((where) => ({ name: `firefox-${where}`, use: { ...inFirefox, where } })),
  ],
})
