import { createRequire } from 'node:module'
import path from 'node:path'
import { test as base, type Page } from '@playwright/test'
import { build } from 'esbuild'
import { authenticated } from 'tokencell/testing/playwright'
import { createApi } from '../../examples/api/src/api.js'
import { ADA } from '../e2e/fixtures.js'
import { openSite, type Site, type Where } from '../e2e/site.js'

export { expect } from '@playwright/test'

const modules = createRequire(import.meta.url)

export interface App extends Site {
  api: ReturnType<typeof createApi>
}

/** An application and its API on one origin, as behind a proxy. */
const served = base.extend<{ where: Where }, { app: App }>({
  where: ['page', { option: true }],
  app: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
    async ({}, use) => {
      // A spent cookie ends the session at once.
      const api = createApi({ reuseGrace: 0 })
      const site = await openSite()
      site.mount = api.app
      site.options = {
        signIn: '/api/v1/login',
        refresh: '/api/v1/refresh',
        signOut: { method: 'DELETE', path: '/api/v1/logout' },
      }
      const scripts = { '/mockServiceWorker.js': await mockServiceWorker(), '/msw.js': await msw() }
      for (const [name, text] of Object.entries(scripts))
        site.overrides.set(name, (response) =>
          response.setHeader('content-type', 'text/javascript').end(text),
        )
      await use(Object.assign(site, { api }))
      await site.close()
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ app, where }, use) => {
    app.where = where
    await use(app.url)
  },
})

/** As a user of the package writes it. */
export const test = served.extend(authenticated({ url: '/api/v1/login', credentials: ADA }))

/** The file that `npx msw init` copies into an application. */
async function mockServiceWorker() {
  const { outputFiles } = await build({
    entryPoints: [path.join(modules.resolve('msw/package.json'), '../lib/mockServiceWorker.js')],
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

/** Mocks one path of the API. The page imports this file. */
async function msw() {
  const contents = `
    import { http, HttpResponse } from 'msw'
    import { setupWorker } from 'msw/browser'
    const answers = [
      http.get('*/api/v1/me', ({ request }) =>
        HttpResponse.json({ mocked: true, hasToken: request.headers.has('authorization') })),
    ]
    export const start = () => setupWorker(...answers).start({ quiet: true, onUnhandledRequest: 'bypass' })`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

/** Opens the application, and waits for the first known status. */
export async function open(page: Page) {
  await page.goto('/')
  return page.evaluate(async () => (await auth.ready).status)
}

/** What the page gets from this path of the API. */
export const read = (page: Page, path = '/api/v1/me') =>
  page.evaluate(async (path) => (await auth.fetch(path)).json(), path)
