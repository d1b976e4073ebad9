import { test as base, type Page } from '@playwright/test'
import { createApi } from '../../examples/api/src/api.js'
import { openSite, type Site, type Where } from './site.js'

export { expect } from '@playwright/test'

export const ADA = { email: 'ada@example.com', password: 'correct horse' }
export const BOB = { email: 'bob@example.com', password: 'battery staple' }

export type Api = ReturnType<typeof createApi> & {
  /** Stops the API: it closes every connection and accepts no new one. */
  unplug(): Promise<void>
  plug(): Promise<void>
  url: string
}

interface Fixtures {
  /** Where the vault runs; each project has its own. */
  where: Where
  /** The embedded API, on its own origin. */
  api: Api
  /** Whether the vault survives a reload, so that a reload causes no refresh. */
  survives: boolean
  site: Site
  /** Opens the site and waits for the first known status. */
  open: (page: Page, path?: string) => Promise<void>
}

export const test = base.extend<Fixtures>({
  where: ['page', { option: true }],
  api: async ({ site }, use) => {
    const api = createApi({ corsOrigins: [site.url] })
    let listening = await api.listen({ port: 0, host: 'localhost' })
    const port = Number(new URL(listening.url).port)
    site.options = {
      origins: [listening.url],
      signIn: '/api/v1/login',
      refresh: '/api/v1/refresh',
      signOut: { method: 'DELETE', path: '/api/v1/logout' },
    }
    const plug = async () => {
      listening = await api.listen({ port, host: 'localhost' })
    }
    await use(Object.assign(api, { url: listening.url, unplug: () => listening.close(), plug }))
    await listening.close()
  },
  site: async ({ where }, use) => {
    const site = await openSite()
    site.where = where
    await use(site)
    await site.close()
  },
  survives: ({ where, browserName }, use) => use(where === 'shared' && browserName === 'chromium'),
  // Depends on the API, which puts its URL into the vault file.
  open: async ({ api: _, site }, use) => {
    await use(async (page, path = '/') => {
      await page.goto(site.url + path)
      await page.evaluate(() => auth.ready)
    })
  },
})

/** Signs in by a call of `auth.signIn` in the page. */
export function signIn(page: Page, credentials = ADA) {
  return page.evaluate(async (credentials) => (await auth.signIn(credentials)).body, credentials)
}

export const status = (page: Page) => page.evaluate(() => auth.snapshot.reason ?? auth.snapshot.status)

/** The status of the response to a GET, or the code of the error. */
export function get(page: Page, url: string) {
  return page.evaluate(
    (url) =>
      auth.fetch(url).then(
        (response) => response.status,
        (error) => error.code ?? error.name,
      ),
    url,
  )
}

/** Waits until the token is older than 1 s. Until then, a 401 causes no refresh. */
export function outliveTrust(page: Page) {
  return page.evaluate(async () => {
    const born = events.findLast((event) => event.type === 'signed-in' || event.type === 'refreshed')?.at ?? 0
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, born + 1050 - performance.now())))
  })
}

/** Makes the server refuse the token, when the token is old enough that a 401 causes a refresh. */
export async function doubtToken(page: Page, api: Api) {
  await outliveTrust(page)
  api.tokens.expireAll()
}

/** Starts a refresh whose response the server holds back until the test releases it. */
export async function holdRefresh(page: Page, api: Api) {
  await doubtToken(page, api)
  api.faults.add({ route: 'refresh', kind: 'hold' })
  const held = api.faults.whenHeld('refresh')
  await page.evaluate((url) => void auth.fetch(url).catch(() => {}), `${api.url}/api/v1/me`)
  await held
}

declare global {
  var auth: import('tokencell').Auth<{ id: string; email: string; roles: string[] }>
  var events: (import('tokencell').AuthEvent & { at: number })[]
  var statuses: string[]
}
