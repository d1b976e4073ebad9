import { allowCaching, noteShown } from './bfcache.js'
import { type Api, doubtToken, expect, get, holdRefresh, signIn, status, test } from './fixtures.js'

const ready = () => auth.ready.then(({ status }) => status)
const total = (api: Api) => api.journal.counts().refresh.total

const RELOADS = process.env.TOKENCELL_FULL ? 100 : 24

test(`promise 10: the session survives ${RELOADS} reloads in a row, some of them during a refresh`, {
  tag: '@slow',
}, async ({ api, browserName, open, page, survives, where }) => {
  test.skip(where === 'page', 'session.spec.ts tests the reloads of a vault in the page')
  test.setTimeout(240_000)
  // When a dedicated worker ends, Chromium cancels its requests, even with `keepalive`, and the rotated cookie is lost.
  const losesCookies = where === 'worker' && browserName === 'chromium'
  await open(page)
  await signIn(page)
  for (let round = 1; round <= RELOADS; round++) {
    if (round % (RELOADS / 4) === 0 && !losesCookies) {
      await holdRefresh(page, api)
      const gone = page.reload()
      api.faults.release('refresh')
      await gone
    } else {
      await page.reload()
    }
    expect(await page.evaluate(ready), `reload ${round}`).toBe('authenticated')
  }
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  expect(api.journal.counts().refresh).toMatchObject({ reuse: 0, refused: 0 })
  if (survives) expect(total(api)).toBe(4)
})

test('promise 10: the session survives leaving the site and coming back, also during a refresh', async ({
  api,
  browserName,
  open,
  page,
  site,
  survives,
  where,
}) => {
  test.skip(
    where === 'worker' && browserName === 'chromium',
    'Chromium cancels the requests of a worker that ends',
  )
  site.overrides.set('/elsewhere', (response) =>
    response.setHeader('content-type', 'text/html').end('elsewhere'),
  )
  await open(page)
  await signIn(page)
  for (let round = 0; round < 3; round++) {
    await page.goto(`${site.url}/elsewhere`)
    await page.goto(site.url)
    expect(await page.evaluate(ready)).toBe('authenticated')
  }
  if (survives) expect(total(api)).toBe(0)
  await holdRefresh(page, api)
  const gone = page.goto(`${site.url}/elsewhere`)
  api.faults.release('refresh')
  await gone
  await page.goto(site.url)
  expect(await page.evaluate(ready)).toBe('authenticated')
  expect(api.journal.counts().refresh.reuse).toBe(0)
})

for (const last of ['no request', 'a request in pagehide'])
  test(`promise 2: after the last tab has closed with ${last}, the vault sends nothing more and forgets the token`, async ({
    api,
    context,
    open,
    page,
    site,
    survives,
  }) => {
    test.skip(!survives, 'elsewhere the vault ends with its last page')
    site.options = { ...site.options, forgetAfter: 3 }
    api.configure({ accessTtl: 4 })
    await open(page)
    await signIn(page)
    const blank = await context.newPage()
    const url = `${api.url}/api/v1/me?last`
    if (last !== 'no request')
      await page.evaluate(
        (url) => addEventListener('pagehide', () => auth.fetch(url, { keepalive: true })),
        url,
      )
    // A navigation, so that the page is unloaded before the tab is closed.
    await page.goto('about:blank')
    // Counts no CORS preflights.
    const requests = () => api.journal.entries().filter(({ method }) => method === 'GET').length
    await expect.poll(requests).toBe(last === 'no request' ? 0 : 1)
    const before = api.journal.counts().requests
    await page.close()
    // Twice the time after which a running vault refreshes.
    const left = Date.now()
    await expect.poll(() => Date.now() - left).toBeGreaterThan(6000)
    expect(api.journal.counts().requests).toBe(before)
    await open(blank)
    expect(await status(blank)).toBe('authenticated')
    expect(total(api), 'the token was forgotten, so the vault refreshes').toBe(1)
  })

test('promise 2: a tab that is reopened before the vault ends is signed in without a request', async ({
  api,
  context,
  open,
  page,
  survives,
}) => {
  test.skip(!survives, 'elsewhere the vault ends with its last page')
  await open(page)
  await signIn(page)
  const blank = await context.newPage()
  await page.close()
  const before = api.journal.counts().requests
  await open(blank)
  expect(await status(blank)).toBe('authenticated')
  expect(api.journal.counts().requests).toBe(before)
})

test('when a worker is killed during a refresh, its calls reject with vault-lost and a new worker takes over', async ({
  api,
  open,
  page,
  where,
}) => {
  test.skip(where === 'page', 'a page is its own vault')
  test.slow()
  await open(page)
  await signIn(page)
  await doubtToken(page, api)
  api.faults.add({ route: 'refresh', kind: 'holdBefore' })
  const held = api.faults.whenHeld('refresh')
  const pending = get(page, `${api.url}/api/v1/me`)
  await held
  await page.evaluate(() => new BroadcastChannel('kill').postMessage(null))
  expect(await pending).toBe('vault-lost')
  api.faults.release('refresh')
  await page.waitForFunction(() => auth.snapshot.status === 'authenticated')
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
})

test('when a worker is killed while a page waits for its session, the page gets the session from a new worker without a call', async ({
  api,
  open,
  page,
  where,
}) => {
  test.skip(where === 'page', 'a page is its own vault')
  test.slow()
  // The response to the killed worker may be lost with its cookie.
  api.configure({ reuseGrace: 60 })
  await open(page)
  await signIn(page)
  // After the reload no worker has a token.
  await page.evaluate(() => new BroadcastChannel('kill').postMessage(null))
  api.faults.add({ route: 'refresh', kind: 'holdBefore' })
  const held = api.faults.whenHeld('refresh')
  await page.reload()
  await held
  await page.evaluate(() => new BroadcastChannel('kill').postMessage(null))
  api.faults.release('refresh')
  await page.waitForFunction(() => auth.snapshot.status === 'authenticated')
})

test('promise 18: a page that returns from the back/forward cache after its vault has ended starts a new vault and gets its session back', async ({
  api,
  open,
  page,
  where,
}) => {
  test.skip(where === 'page', 'a page is its own vault')
  test.slow()
  await open(page)
  await signIn(page)
  // Playwright turns the cache off in Chromium, so the test sends the events and ends the vault itself.
  const returned = await page.evaluate(() => {
    new BroadcastChannel('kill').postMessage(null)
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    return auth.snapshot.status
  })
  expect(returned).toBe('loading')
  await page.waitForFunction(() => auth.snapshot.status === 'authenticated')
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
})

test('promise 18: a page that returns from the back/forward cache after a sign-out elsewhere never shows the old session', async ({
  browserName,
  context,
  open,
  page,
  site,
  where,
}) => {
  test.skip(browserName === 'chromium', 'Playwright turns the cache off in Chromium')
  allowCaching(site)
  await open(page)
  await signIn(page)
  await page.evaluate(noteShown)
  const other = await context.newPage()
  await open(other)
  await page.goto(`${site.url}/elsewhere`)
  await other.evaluate(() => auth.signOut())
  page.evaluate(() => history.back()).catch(() => {})
  await page.waitForFunction(() => 'auth' in window && auth.snapshot.status === 'unauthenticated')
  const shown = await page.evaluate(() => window.shown ?? [])
  // Firefox drops a cached page when a channel or a shared worker sends it a message, and loads it again.
  if (where === 'worker') expect(shown).toContain(true)
  expect(shown).not.toContain('authenticated')
  expect(await status(page)).toBe('signed-out')
})

test('two clients on one page share the session, and the second works after the first is disposed', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await page.evaluate(() => connectAgain())
  await signIn(page)
  const second = () => page.evaluate(() => again.snapshot.status)
  await expect.poll(second).toBe('authenticated')
  await page.evaluate(() => auth.dispose())
  const answer = await page.evaluate(
    (url) => again.fetch(url).then(({ status }) => status),
    `${api.url}/api/v1/me`,
  )
  expect(answer).toBe(200)
})

declare global {
  var again: typeof auth
  function connectAgain(): void
}
