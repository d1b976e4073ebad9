import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.js'
import type { Where } from './site.js'

/** The outcome of a request within 3 s, or `waits`. A start of the vault has much more time. */
const soon = (page: Page, url: string, client: 'auth' | 'informed') =>
  page.evaluate(
    ([url, client]) =>
      Promise.race([
        window[client].fetch(url).then(
          ({ status }) => status,
          ({ code, name }) => code ?? name,
        ),
        new Promise((resolve) => setTimeout(resolve, 3000, 'waits')),
      ]),
    [url, client] as const,
  )

/** Runs in the page: creates a client with the option `origins`. */
async function connectInformed([where, origin]: [Where, string]) {
  const { createAuth } = (await import('/pkg/index.js' as string)) as typeof import('tokencell')
  const url = '/auth.vault.js?late'
  const placements = {
    page: { page: () => import(url) },
    shared: { shared: () => new SharedWorker(url, { type: 'module' }) },
    worker: { worker: () => new Worker(url, { type: 'module' }) },
  }
  window.informed = createAuth({ ...placements[where], origins: [origin] })
}

test('while the vault loads, an abort rejects at once, and a request to another origin waits only if the client has no `origins`', async ({
  api,
  page,
  site,
  where,
}) => {
  // The vault file never arrives.
  site.overrides.set('/auth.vault.js', () => {})
  site.overrides.set('/elsewhere', (response) => response.end('elsewhere'))
  // In Firefox, a page is not loaded while it imports a script.
  await page.goto(site.url, { waitUntil: 'domcontentloaded' })
  const outcome = page.evaluate((url) => {
    const controller = new AbortController()
    const call = auth.fetch(url, { signal: controller.signal })
    controller.abort(new Error('changed my mind'))
    return call.then(String, (error) => error.message)
  }, `${api.url}/api/v1/me`)
  expect(await outcome).toBe('changed my mind')

  const elsewhere = `${site.url}/elsewhere`
  expect(await soon(page, elsewhere, 'auth')).toBe('waits')
  await page.evaluate(connectInformed, [where, api.url] as [Where, string])
  expect(await soon(page, elsewhere, 'informed')).toBe(200)
  expect(await soon(page, `${api.url}/api/v1/me`, 'informed')).toBe('waits')
})

test('when the vault has failed, a client with `origins` still sends requests to other origins', async ({
  api,
  page,
  site,
  where,
}) => {
  site.overrides.set('/auth.vault.js', (response) => response.writeHead(404).end())
  site.overrides.set('/elsewhere', (response) => response.end('elsewhere'))
  await page.goto(site.url)
  const elsewhere = `${site.url}/elsewhere`
  expect(await soon(page, elsewhere, 'auth')).toBe('vault-script')
  await page.evaluate(connectInformed, [where, api.url] as [Where, string])
  expect(await soon(page, `${api.url}/api/v1/me`, 'informed')).toBe('vault-script')
  expect(await soon(page, elsewhere, 'informed')).toBe(200)
})

declare global {
  var informed: typeof auth
}
