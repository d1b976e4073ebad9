import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.js'
import type { Where } from './site.js'

/** What becomes of a request, soon: long before a vault that does not come is given up. */
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

/** Runs in the page: a client that knows which origins are the vault's. */
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

test('while the vault is loading an abort is heard, and other origins wait only if nothing says that they are', async ({
  api,
  page,
  site,
  where,
}) => {
  // It never comes.
  site.overrides.set('/auth.vault.js', () => {})
  site.overrides.set('/elsewhere', (response) => response.end('elsewhere'))
  // Firefox does not call a page loaded while it imports a script.
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

test('when the vault has failed, other origins are reached all the same if it is known that they are', async ({
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
