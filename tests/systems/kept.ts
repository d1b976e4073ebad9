import { onTestFinished } from 'vitest'
import { openBrowser } from './browser.js'
import type { Host } from './host.js'

/** A browser for this system, which is closed after the test. */
export function keep<System extends Host>(system: System) {
  onTestFinished(system.close)
  return { system, ...openBrowser(system.url) }
}
