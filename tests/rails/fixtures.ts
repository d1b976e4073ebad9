import { test as base, type Page } from '@playwright/test'
import { presets } from '../../js/presets.js'
import { startRails } from '../../scripts/rails.mjs'
import { openSite, type Site } from '../e2e/site.js'
import { openGateway } from './gateway.js'
import { administrate, signUp } from './raw.js'

export { expect } from '@playwright/test'
export { get, outliveTrust, status } from '../e2e/fixtures.js'

export type Rails = Awaited<ReturnType<typeof startRails>>
export type Person = Awaited<ReturnType<typeof signUp>>
export type Admin = Awaited<ReturnType<typeof administrate>>
type Gateway = Awaited<ReturnType<typeof openGateway>>

/** Page and API are on two origins: one host with two ports, or two hosts of one site. */
const hosts = {
  'one host': { page: 'localhost', api: 'localhost' },
  'two hosts': { page: 'app.foo.localhost', api: 'api.foo.localhost' },
}

export const everywhere = Object.keys(hosts) as (keyof typeof hosts)[]

interface Fixtures {
  across: keyof typeof hosts
  /** Settings of Rails. A test with settings starts its own Rails; the others share one. */
  settings: Record<string, number | string>
  rails: Rails
  /** The proxy for all requests of the browser to Rails. */
  gateway: Gateway
  /** The URL of the API for the page. */
  api: string
  /** A new user, with the role `user`. */
  person: Person
  /** Operations of an admin on a user. */
  admin: Admin
  /** Opens the site and waits for the first known status. */
  open: (page: Page) => Promise<void>
  /** Opens the site and signs the user in. */
  openSignedIn: () => Promise<void>
}

interface WorkerFixtures {
  site: Site
  /** Starts Rails for the pages of the site, with very high rate limits and without a grace period. */
  start: (settings?: Fixtures['settings']) => Promise<Rails>
  shared: Rails
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  across: ['one host', { option: true }],
  settings: [{}, { option: true }],
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
    async ({}, use) => {
      const site = await openSite()
      site.where = 'shared'
      await use(site)
      await site.close()
    },
    { scope: 'worker' },
  ],
  start: [
    async ({ site }, use) => {
      const { port } = new URL(site.url)
      const origins = everywhere.map((across) => `http://${hosts[across].page}:${port}`)
      const quiet = {
        // In this environment, passwords are hashed quickly.
        RAILS_ENV: 'test',
        API_LOGIN_LIMIT: 100_000,
        API_ACCOUNT_LIMIT: 100_000,
        API_SIGN_UP_LIMIT: 100_000,
        API_REFRESH_LIMIT: 100_000,
        API_REUSE_GRACE: 0,
      }
      await use((settings) => startRails({ ...quiet, API_CORS_ORIGINS: origins.join(), ...settings }))
    },
    { scope: 'worker' },
  ],
  shared: [
    async ({ start }, use) => {
      const rails = await start()
      await use(rails)
      await rails.end()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  rails: async ({ settings, shared, start }, use) => {
    if (Object.keys(settings).length === 0) return use(shared)
    const rails = await start(settings)
    await use(rails)
    await rails.end()
  },
  gateway: async ({ rails }, use) => {
    const gateway = await openGateway(rails.url)
    await use(gateway)
    await gateway.close()
  },
  api: async ({ across, gateway, site }, use) => {
    const origin = `http://${hosts[across].api}:${gateway.port}`
    site.options = { ...presets.deviseJwtRefresh, origins: [origin] }
    await use(`${origin}/api/v1`)
  },
  admin: async ({ rails }, use) => use(await administrate(rails.url)),
  person: async ({ rails }, use) => use(await signUp(rails.url)),
  open: async ({ across, api: _, site }, use) => {
    await use(async (page) => {
      await page.goto(site.url.replace('localhost', hosts[across].page))
      await page.evaluate(() => auth.ready)
    })
  },
  openSignedIn: async ({ open, page, person }, use) => {
    await use(async () => {
      await open(page)
      await signIn(page, person)
    })
  },
})

export const signIn = (page: Page, { email, password }: Pick<Person, 'email' | 'password'>) =>
  page.evaluate((credentials) => auth.signIn(credentials), { email, password })

/** Makes `count` requests at once. Resolves with the statuses of the responses. */
export const getMany = (page: Page, url: string, count: number) =>
  page.evaluate(
    ([url, count]) =>
      Promise.all(Array.from({ length: count }, () => auth.fetch(url).then(({ status }) => status))),
    [url, count] as const,
  )
