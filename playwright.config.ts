import { defineConfig } from '@playwright/test'
import { chromium } from './scripts/browsers.mjs'
import type { Where } from './tests/e2e/site.js'

const chrome = {
  browserName: 'chromium',
  launchOptions: {
    executablePath: chromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  },
} as const

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
    { name: 'chromium', use: chrome },
    { name: 'chromium-shared', use: { ...chrome, where: 'shared' } },
    { name: 'chromium-worker', use: { ...chrome, where: 'worker' } },
  ],
})
