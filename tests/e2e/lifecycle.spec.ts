import { allowCaching, noteShown } from './bfcache.js'
import { type Api, doubtToken, expect, get, holdRefresh, signIn, status, test } from './fixtures.js'

const ready = () => auth.ready.then(({ status }) => status)
const total = (api: Api) => api.journal.counts().refresh.total

const RELOADS = process.env.TOKENCELL_FULL ? 100 : 24

test(`promise 10: ${RELOADS} reloads in a row, some in mid-refresh, are survived`, { tag: '@slow' }, async ({
  api,
  browserName,
  open,
  page,
  survives,
  where,
}) => {
  test.skip(where === 'page', 'see the reloads of session.spec.ts')
  test.setTimeout(240_000)
  // Chromium cancels the requests of a dedicated worker with it, `keepalive` or not, and with them the rotated cookie.
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

test('promise 10: navigating away and back survives, in mid-refresh too', async ({
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
    'Chromium cancels the requests of a worker with it',
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

for (const last of ['goodbye', 'a request after its goodbye'])
  test(`promise 2: with all tabs closed, the last with ${last}, nothing more is asked and the token is forgotten`, async ({
    api,
    context,
    open,
    page,
    site,
    survives,
  }) => {
    test.skip(!survives, 'elsewhere the vault goes with its last page')
    site.options = { ...site.options, forgetAfter: 3 }
    api.configure({ accessTtl: 4 })
    await open(page)
    await signIn(page)
    const blank = await context.newPage()
    const url = `${api.url}/api/v1/me?last`
    if (last !== 'goodbye')
      await page.evaluate(
        (url) => addEventListener('pagehide', () => auth.fetch(url, { keepalive: true })),
        url,
      )
    // As a navigation does, and not only a closed tab.
    await page.goto('about:blank')
    // Its preflight comes before it.
    const requests = () => api.journal.entries().filter(({ method }) => method === 'GET').length
    await expect.poll(requests).toBe(last === 'goodbye' ? 0 : 1)
    const before = api.journal.counts().requests
    await page.close()
    // Twice the time of a refresh.
    const left = Date.now()
    await expect.poll(() => Date.now() - left).toBeGreaterThan(6000)
    expect(api.journal.counts().requests).toBe(before)
    await open(blank)
    expect(await status(blank)).toBe('authenticated')
    expect(total(api), 'it was forgotten, so it is refreshed').toBe(1)
  })

test('promise 2: a tab that is reopened in time is signed in without a request', async ({
  api,
  context,
  open,
  page,
  survives,
}) => {
  test.skip(!survives, 'elsewhere the vault goes with its last page')
  await open(page)
  await signIn(page)
  const blank = await context.newPage()
  await page.close()
  const before = api.journal.counts().requests
  await open(blank)
  expect(await status(blank)).toBe('authenticated')
  expect(api.journal.counts().requests).toBe(before)
})

test('a worker that is killed in mid-refresh is replaced, and its calls end', async ({
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

test('promise 18: a page from the cache whose vault has died starts another, and does not stay unknown', async ({
  api,
  open,
  page,
  where,
}) => {
  test.skip(where === 'page', 'a page is its own vault')
  test.slow()
  await open(page)
  await signIn(page)
  // What a browser without its cache can show of it: the event, and a vault that has died meanwhile.
  await page.evaluate(() => {
    new BroadcastChannel('kill').postMessage(null)
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
  })
  expect(await status(page)).toBe('loading')
  await page.waitForFunction(() => auth.snapshot.status === 'authenticated')
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
})

test('promise 18: a page from the back/forward cache hears anew before it shows anything', async ({
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
  // Firefox drops a cached page when a message comes for it, as from a channel or a shared worker, and loads it anew.
  if (where === 'worker') expect(shown).toContain(true)
  expect(shown).not.toContain('authenticated')
  expect(await status(page)).toBe('signed-out')
})

test('two clients on one page share the session, and one outlives the other', async ({ api, open, page }) => {
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
