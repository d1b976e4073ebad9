import type { Page } from '@playwright/test'
import { createApi } from '../../examples/api/src/api.js'
import { createCertificate } from '../../examples/api/support/certificate.js'
import { test as base } from '../e2e/fixtures.js'
import { openSite } from '../e2e/site.js'
import { type Driver, type EngineName, startDriver } from './driver.js'
import type { Session } from './session.js'
import type { Tab } from './tab.js'

export { ADA, doubtToken, expect, get, signIn, status } from '../e2e/fixtures.js'

interface Fixtures {
  session: Session
  /** Opens another tab of the same browser, on a blank page or on the page of `page`. */
  newTab: () => Promise<Page>
  /** Every access token that the API has issued. */
  tokens: string[]
}

interface WorkerFixtures {
  engine: EngineName
  driver: Driver
}

/** The fixtures of the end-to-end tests, over WebDriver and TLS: WebKit rejects Secure cookies from http://localhost. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  engine: ['webkit', { option: true, scope: 'worker' }],
  driver: [
    async ({ engine }, use) => {
      const driver = await startDriver(engine)
      await use(driver)
      driver.stop()
    },
    { scope: 'worker' },
  ],
  session: async ({ driver }, use) => {
    const session = await driver.open()
    await use(session)
    await session.close()
  },
  page: async ({ session }, use) => use(asPage(await session.firstTab())),
  newTab: async ({ page, session }, use) => {
    await use(async () => asPage(await session.newTab(page as unknown as Tab)))
  },
  site: async ({ where }, use) => {
    const site = await openSite(createCertificate())
    site.where = where
    await use(site)
    await site.close()
  },
  api: async ({ site }, use) => {
    const api = createApi()
    const plug = async () => {
      site.mount = api.app
    }
    const unplug = async () => {
      site.mount = ({ socket }) => socket.destroy()
    }
    await plug()
    site.options = {
      signIn: '/api/v1/login',
      refresh: '/api/v1/refresh',
      signOut: { method: 'DELETE', path: '/api/v1/logout' },
    }
    await use(Object.assign(api, { url: site.url, plug, unplug }))
  },
  tokens: async ({ api }, use) => {
    const tokens: string[] = []
    const { issue } = api.tokens
    api.tokens.issue = async (subject) => {
      const issued = await issue(subject)
      tokens.push(issued.token)
      return issued
    }
    await use(tokens)
  },
})

/** A tab has the methods of `Page` that the tests in this folder and the shared helpers use. */
const asPage = (tab: Tab) => tab as unknown as Page
