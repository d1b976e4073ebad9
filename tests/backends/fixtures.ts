import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test as base, type Page } from '@playwright/test'
import { startBackend } from '../../scripts/backends.mjs'
import { openSite, type Site, type Where } from '../e2e/site.js'
import { type Backend, backends, type Person } from './backends.js'
import { type Gateway, openGateway } from './gateway.js'

export { expect } from '@playwright/test'
export { get, outliveTrust, status } from '../e2e/fixtures.js'

type Server = Awaited<ReturnType<typeof startBackend>>

interface Fixtures {
  /** Where the vault runs; each project has its own. */
  where: Where
  /** The name of the backend. */
  name: string
  /** The lifetime of an access token in seconds. A test with another lifetime than the default gets its own server. */
  lifetime: number
  backend: Backend
  site: Site
  server: Server
  gateway: Gateway
  /** A new user. */
  person: Person
  /** Ends all sessions of this user, like an administrator. */
  revoke: () => Promise<void>
  /** Opens a page with this vault file or the vault file of the backend, and waits for the first known status. */
  open: (vault?: string) => Promise<void>
}

interface WorkerFixtures {
  /** Starts a server for the pages of this site, or returns the running one. */
  start: (backend: Backend, site: Site, lifetime: number) => Promise<Server>
  /** One origin for the pages of all tests, because servers get it when they start. */
  page_: Site
}

const LIFETIME = 900

export const test = base.extend<Fixtures, WorkerFixtures>({
  where: ['shared', { option: true }],
  name: ['', { option: true }],
  lifetime: [LIFETIME, { option: true }],
  backend: ({ name }, use) => use(backends[name] as Backend),
  page_: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
    async ({}, use) => {
      const site = await openSite()
      await use(site)
      await site.close()
    },
    { scope: 'worker' },
  ],
  start: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
    async ({}, use) => {
      const started = new Map<Backend, Promise<Server>>()
      await use((backend, site, lifetime) => {
        const launch = () =>
          startBackend(backend.server, {
            ...backend.settings,
            PAGE: site.url,
            LIFETIME: String(lifetime),
          })
        if (lifetime !== LIFETIME) return launch()
        const server = started.get(backend) ?? launch()
        started.set(backend, server)
        return server
      })
      for (const server of started.values()) await (await server).end()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  site: async ({ page_, where }, use) => {
    page_.where = where
    page_.overrides.clear()
    await use(page_)
  },
  server: async ({ backend, lifetime, site, start }, use) => {
    const server = await start(backend, site, lifetime)
    await use(server)
    if (lifetime !== LIFETIME) await server.end()
  },
  gateway: async ({ server }, use) => {
    const gateway = await openGateway(server.url)
    await use(gateway)
    await gateway.close()
  },
  person: async ({ server }, use) => {
    const [name, password] = [randomBytes(6).toString('hex'), randomBytes(9).toString('base64url')]
    const person = { email: `${name}@example.com`, password }
    await post(`${server.url}/test/people`, person)
    await use(person)
  },
  revoke: async ({ person, server }, use) => {
    await use(() => post(`${server.url}/test/revoke`, { email: person.email }))
  },
  open: async ({ backend, gateway, page, site }, use) => {
    await use(async (vault = readFileSync(path.join(import.meta.dirname, backend.vault), 'utf8')) => {
      const script = asServed(vault, gateway.url, site.where)
      site.options = { script }
      site.overrides.set('/auth.vault.js', (response) => {
        response.setHeader('content-type', 'text/javascript').end(script)
      })
      await page.goto(site.url)
      await page.evaluate(() => auth.ready)
    })
  },
})

/** The vault file as a bundler would output it, with the API of this test instead of the example's. */
const asServed = (vault: string, api: string, where: Where) =>
  vault
    .replace('openVault({', where === 'page' ? 'openVault({ page: true,' : '$&')
    .replace("'tokencell/vault'", "'/pkg/vault/index.js'")
    .replace("'tokencell/presets'", "'/pkg/presets.js'")
    .replace('https://api.example.com', api)

async function post(url: string, body: object) {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} is answered with ${response.status}: ${await response.text()}`)
}

export const signIn = (page: Page, { credentials }: Backend, person: Person) =>
  page.evaluate((credentials) => auth.signIn(credentials), credentials(person))

/** Makes `count` requests at once. Resolves with the statuses of the responses. */
export const getMany = (page: Page, url: string, count: number) =>
  page.evaluate(
    ([url, count]) =>
      Promise.all(Array.from({ length: count }, () => auth.fetch(url).then(({ status }) => status))),
    [url, count] as const,
  )
