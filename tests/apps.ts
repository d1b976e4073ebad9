import { type BrowserContext, test as base, expect, type Page } from '@playwright/test'
import { createApi } from '../examples/api/src/api.js'
import { type variants as ofNext, serveNext } from '../scripts/next.mjs'
import { variants as ofNuxt, serveNuxt } from '../scripts/nuxt.mjs'
import { freePort } from '../scripts/processes.mjs'

export { expect } from '@playwright/test'

export const ADA = { email: 'ada@example.com', password: 'correct horse' }
export const BOB = { email: 'bob@example.com', password: 'battery staple' }
export const SECRET = 'Zk3RwB8nQeUy5HxM1vTgL7dFpJ0sCaO4iWbXrY9lNzE='

export type Api = ReturnType<typeof createApi> & { url: string }

export interface App {
  url: string
  /** Its folder on disk. */
  folder: string
  /** The output of its server. */
  output(): string
  end(): Promise<void>
}

/** The way in which an example with its own server is served. Each project sets its own. */
export type Served = keyof typeof ofNext | keyof typeof ofNuxt

/** The servers behind an application, and its settings. */
export interface Behind {
  api: string
  redis?: string
  tls?: { key: string; cert: string }
  /** The base URL of the application, if it can be set at the start: with Nuxt. */
  base?: string
}

interface WorkerFixtures {
  served: Served
  listening: Api
  app: App
}

interface Fixtures {
  /** The embedded API behind the application, in the state after its start. */
  api: Api
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  served: ['turbopack', { option: true, scope: 'worker' }],
  listening: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
    async ({}, use) => {
      const api = createApi()
      const { url, close } = await api.listen({ port: 0, host: '127.0.0.1' })
      await use(Object.assign(api, { url }))
      await close()
    },
    { scope: 'worker' },
  ],
  app: [
    async ({ listening, served }, use) => {
      const app = await serveApp(served, { api: listening.url })
      await use(app)
      await app.end()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  api: async ({ listening }, use) => {
    listening.reset()
    await use(listening)
  },
  baseURL: ({ app }, use) => use(app.url),
})

export const isNuxt = (served: Served): served is keyof typeof ofNuxt => served in ofNuxt

export async function serveApp(served: Served, behind: Behind): Promise<App> {
  const port = await freePort()
  const all = { ...behind, secret: SECRET }
  const server = await (isNuxt(served) ? serveNuxt(served, port, all) : serveNext(served, port, all))
  return { ...server, url: `${behind.tls ? 'https' : 'http'}://localhost:${port}` }
}

export const at = (page: Page, name: string) => page.locator(`[data-test="${name}"]`)

/** Signs in with the form. Does not wait for the next page. */
export async function signIn(page: Page, { email, password } = ADA) {
  await at(page, 'email').fill(email)
  await at(page, 'password').fill(password)
  await at(page, 'sign-in').click()
}

/** Signs out, and waits for the response of the server. */
export async function signOut(page: Page) {
  const told = page.waitForResponse((response) => response.url().endsWith('/api/auth/sign-out'))
  await at(page, 'sign-out').click()
  await told
  await at(page, 'to-sign-in').waitFor()
}

/** Opens a page, signs in, and waits for that page. */
export async function openSignedIn(page: Page, path = '/notes', user = ADA) {
  await page.goto(path)
  await signIn(page, user)
  await page.waitForURL((url) => url.pathname + url.search === path)
  await page.waitForLoadState()
}

export const pathOf = (page: Page) => new URL(page.url()).pathname + new URL(page.url()).search

/** The session cookie, in a `Cookie` header. */
export async function cookieHeader(context: BrowserContext): Promise<string> {
  return (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
}

/** Waits until every token is older than the second in which no refresh is made, and lets the API refuse all tokens. */
export async function refuseTokens(api: Api) {
  await new Promise((resolve) => setTimeout(resolve, 1050))
  api.tokens.expireAll()
}

/** Signs in with a token that is valid for these seconds only, and waits until it has expired. Later tokens are valid for 900 s. */
export async function openWithShortToken(page: Page, api: Api, seconds: number) {
  api.configure({ accessTtl: seconds })
  await openSignedIn(page)
  // A late request of the page, such as a prefetch, could refresh the token.
  await page.goto('about:blank')
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000 + 50))
  api.configure({ accessTtl: 900 })
  const { total } = api.journal.counts().refresh
  return () => api.journal.counts().refresh.total - total
}

/** The headers of a request of a page of the application. */
export const fromPage = { 'x-requested-with': 'tokencell', 'sec-fetch-site': 'same-origin' }

export async function textOf(url: string, headers: Record<string, string>): Promise<string> {
  const response = await fetch(url, { headers })
  expect(response.status, url).toBeLessThan(400)
  return response.text()
}

/** A development server prevents caching, and compiles files on request. */
export const isDev = (served: Served) => served.endsWith('-dev')
