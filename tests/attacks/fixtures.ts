import { test as base } from '../e2e/fixtures.js'
import { serveBff } from './bff.js'
import type { Place } from './check.js'
import { openEvil } from './evil.js'
import type { Scene } from './harness.js'

export { expect } from '../e2e/fixtures.js'

export const test = base.extend<{ place: Place; scene: Scene }>({
  place: ['shared', { option: true }],
  scene: async ({ api, browser, place, site }, use) => {
    const evil = await openEvil()
    if (place === 'bff') serveBff(site, api.url)
    else site.where = place
    await use({ api, browser, evil, place, site })
    await evil.close()
  },
})
