import { defineConfig } from '@playwright/test'
import { chromium, engine, missing } from './scripts/browsers.mjs'
import type { WorkerFixtures } from './tests/webdriver/fixtures.js'

// Without one, whoever runs that project learns from Playwright that there is none.
const firefox = missing('firefox') ? {} : { executablePath: engine('firefox').browser }

// These have a driver of their own, which Playwright does not speak.
const webdriver = (engine: WorkerFixtures['engine']) => ({
  name: engine,
  testDir: 'tests/webdriver',
  use: { engine },
})

export default defineConfig<object, WorkerFixtures>({
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
    {
      name: 'chromium',
      use: {
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
      },
    },
    {
      name: 'firefox',
      // The channel drives the Firefox of the distribution over WebDriver BiDi; without it, only Playwright's own will do.
      use: { browserName: 'firefox', channel: 'moz-firefox', launchOptions: firefox },
    },
    webdriver('webkit'),
    webdriver('wpe'),
  ],
})
