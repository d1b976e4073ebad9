import type { BrowserContext, Page } from '@playwright/test'
import type { Site } from '../e2e/site.js'

const DAY = 86_400_000

interface Device {
  page: Page
  context: BrowserContext
  site: Site
}

/** A fault of the device or of the browser, which begins while the user is signed in. */
export interface DeviceFault {
  id: string
  title: string
  begin(device: Device): Promise<unknown>
  end?(device: Device): Promise<unknown>
  /** Why a browser or a place of the vault cannot be tested. */
  not?: (at: { browserName: string; where: string }) => string | false
}

const inChromiumOnly: DeviceFault['not'] = ({ browserName }) =>
  browserName !== 'chromium' && 'Playwright can cause this only in Chromium'

/** Changes the clock of page and vault, which have loaded {@link CLOCK}. */
const setClock =
  (offset: number): DeviceFault['begin'] =>
  ({ page }) =>
    page.evaluate((offset) => {
      dispatchEvent(new CustomEvent('clock', { detail: offset }))
      new BroadcastChannel('clock').postMessage(offset)
    }, offset)

/** A script for page and vault, in which the clock can be changed. */
export const CLOCK = `
  const now = Date.now
  let offset = 0
  Date.now = () => now() + offset
  addEventListener('clock', ({ detail }) => { offset = detail })
  new BroadcastChannel('clock').onmessage = ({ data }) => { offset = data }`

export const deviceFaults: readonly DeviceFault[] = [
  {
    id: 'offline',
    title: 'the device has no network',
    begin: ({ context }) => context.setOffline(true),
    end: ({ context }) => context.setOffline(false),
    // The vault in a shared worker is no part of a page for Playwright, which leaves it online.
    not: ({ where }) => where !== 'page' && 'Playwright takes only pages offline, not workers',
  },
  { id: 'clock-forward', title: 'the clock is set a day forward', begin: setClock(DAY) },
  { id: 'clock-back', title: 'the clock is set a day back', begin: setClock(-DAY) },
  {
    id: 'slow-processor',
    title: 'the page runs at a twentieth of its speed',
    begin: async ({ page, context }) =>
      (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: 20 }),
    not: inChromiumOnly,
  },
  {
    id: 'page-frozen',
    title: 'the browser freezes the page for 3 s, with its timers',
    begin: async ({ page, context }) => {
      const session = await context.newCDPSession(page)
      await session.send('Page.setWebLifecycleState', { state: 'frozen' })
      await new Promise((resolve) => setTimeout(resolve, 3000))
      await session.send('Page.setWebLifecycleState', { state: 'active' })
    },
    not: inChromiumOnly,
  },
  {
    id: 'vault-killed',
    title: 'the browser ends the worker of the vault',
    begin: ({ page }) => page.evaluate(() => new BroadcastChannel('kill').postMessage('')),
    not: ({ where }) => where === 'page' && 'a vault in the page ends with the page',
  },
  {
    id: 'disk-full',
    title: 'the browser stores nothing more',
    begin: async ({ page, context, site }) =>
      (await context.newCDPSession(page)).send('Storage.overrideQuotaForOrigin', {
        origin: new URL(site.url).origin,
        quotaSize: 0,
      }),
    not: inChromiumOnly,
  },
  {
    id: 'storage-deleted',
    title: 'IndexedDB is deleted',
    begin: ({ page }) =>
      page.evaluate(async () => {
        for (const { name = '' } of await indexedDB.databases())
          await new Promise((resolve) => {
            indexedDB.deleteDatabase(name).onsuccess = resolve
          })
      }),
  },
]
