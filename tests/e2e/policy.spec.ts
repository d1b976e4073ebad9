import type { Page } from '@playwright/test'
import { doubtToken, expect, get, signIn, status, test } from './fixtures.js'
import { byDefault, byName, policy } from './policy.js'
import type { Site } from './site.js'

/** The policy violations that the browser reports to the server, from pages and from workers. */
function reports(site: Site) {
  const heard: string[] = []
  site.overrides.set('/reports', (response) => {
    response.req.setEncoding('utf8').on('data', (text: string) => heard.push(text))
    response.writeHead(204).end()
  })
  return heard
}

/** Opens the site. Returns the status after the start of the vault, or the error. */
async function opened(page: Page, site: Site) {
  await page.goto(site.url)
  return page.evaluate(() =>
    auth.ready.then(
      ({ status }) => ({ code: status, directive: '', message: '' }),
      ({ code, directive, message }) => ({ code, directive, message }),
    ),
  )
}

for (const [name, trust] of Object.entries({ 'a default policy': byDefault, 'a policy by name': byName })) {
  test(`check J1: sign-in, requests, refresh, reload and sign-out work under a strict policy and Trusted Types with ${name}`, async ({
    api,
    open,
    page,
    site,
  }) => {
    site.headers = policy(api)
    trust(site)
    const refused = reports(site)
    await open(page)
    await signIn(page)
    expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
    await doubtToken(page, api)
    expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
    await page.reload()
    expect(await page.evaluate(() => auth.ready.then(({ status }) => status))).toBe('authenticated')
    await page.evaluate(() => auth.signOut())
    expect(await status(page)).toBe('signed-out')
    expect(refused).toEqual([])
  })
}

test('when the policy of the page forbids the worker, the error names worker-src, also when script-src is the cause', async ({
  api,
  page,
  site,
  where,
}) => {
  test.skip(where === 'page', 'there is no worker')
  byDefault(site)
  const others = {
    'worker-src': undefined,
    'script-src': `${site.url}/first.js ${site.url}/page.js ${site.url}/pkg/`,
  }
  for (const changes of [{ 'worker-src': "'none'" }, { 'worker-src': 'https://cdn.example' }, others]) {
    site.headers = policy(api, changes)
    site.vaultHeaders = policy(api)
    const failed = await opened(page, site)
    expect(failed, JSON.stringify(changes)).toMatchObject({ code: 'policy-refused', directive: 'worker-src' })
  }
})

/** Which workers a script of the page can start from code of its own. */
const startedWorkers = (page: Page) =>
  page.evaluate(async () => {
    const serviceWorker = await navigator.serviceWorker.register('/uploaded.js').then(
      () => true,
      () => false,
    )
    const url = URL.createObjectURL(new Blob(['postMessage(1)'], { type: 'text/javascript' }))
    const worker = await new Promise<boolean>((resolve) => {
      const made = new Worker(url)
      made.onmessage = () => resolve(true)
      made.onerror = () => resolve(false)
    }).catch(() => false)
    return { serviceWorker, worker }
  })

test('a worker-src that names only the files of the vault permits the vault, and neither a service worker nor a worker from other code', async ({
  api,
  open,
  page,
  site,
}) => {
  // The policy of the page also counts for the files that the vault file imports.
  const ofVault = `${site.url}/auth.vault.js ${site.url}/pkg/`
  const withoutTypes = { 'require-trusted-types-for': undefined, 'trusted-types': undefined }
  site.overrides.set('/uploaded.js', (response) => {
    response.setHeader('content-type', 'text/javascript').end('')
  })
  const refused = reports(site)
  site.headers = policy(api, { ...withoutTypes, 'worker-src': ofVault })
  await open(page)
  await signIn(page)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  expect(refused).toEqual([])
  expect(await startedWorkers(page)).toEqual({ serviceWorker: false, worker: false })

  site.headers = policy(api, { ...withoutTypes, 'worker-src': "'self' blob:" })
  await open(page)
  expect(await startedWorkers(page), 'the control').toEqual({ serviceWorker: true, worker: true })
})

test('when no Trusted Types policy allows the URL of the vault, the error names require-trusted-types-for', async ({
  api,
  page,
  site,
  where,
}) => {
  test.skip(where === 'page', 'Trusted Types do not apply to import()')
  for (const first of ['', `trustedTypes.createPolicy('default', { createScriptURL: () => null })`]) {
    site.headers = policy(api)
    site.first = first
    const failed = await opened(page, site)
    expect(failed).toMatchObject({ code: 'policy-refused', directive: 'require-trusted-types-for' })
  }
})

test('when the policy of the vault forbids WebAssembly, the error names the directive', async ({
  api,
  page,
  site,
  where,
}) => {
  byDefault(site)
  const strict = policy(api, { 'script-src': "'self'" })
  site.headers = where === 'page' ? strict : policy(api)
  site.vaultHeaders = strict
  const failed = await opened(page, site)
  expect(failed).toMatchObject({ code: 'policy-refused', directive: "script-src 'wasm-unsafe-eval'" })
})

test('when the policy of the vault forbids the API, the AuthError of signIn and the TypeError of fetch name connect-src', async ({
  api,
  page,
  site,
  where,
}) => {
  byDefault(site)
  const strict = policy(api, { 'connect-src': "'self'" })
  site.headers = where === 'page' ? strict : policy(api)
  site.vaultHeaders = strict
  expect(await opened(page, site)).toMatchObject({ code: 'unauthenticated' })
  const failed = await page.evaluate(
    (url) =>
      Promise.all(
        [auth.signIn({}), auth.fetch(url)].map((call) =>
          (call as Promise<unknown>).catch(({ name, code, directive, message }) => ({
            name,
            code,
            directive,
            message,
          })),
        ),
      ),
    `${api.url}/api/v1/me`,
  )
  expect(failed).toMatchObject([
    { name: 'AuthError', code: 'policy-refused', directive: 'connect-src' },
    { name: 'TypeError', message: expect.stringMatching(/^connect-src: /) },
  ])
  expect(api.journal.entries()).toEqual([])
})

test("when connect-src does not allow 'self', the vault loads the copy of the wasm in the JavaScript", async ({
  api,
  open,
  page,
  site,
}) => {
  byDefault(site)
  site.headers = policy(api, { 'connect-src': api.url })
  const refused = reports(site)
  await open(page)
  await signIn(page)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  await expect.poll(() => refused.join()).toContain('core_bg.wasm')
})
