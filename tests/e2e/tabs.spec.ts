import type { Page } from '@playwright/test'
import { type Api, BOB, doubtToken, expect, get, holdRefresh, signIn, status, test } from './fixtures.js'

test.skip(
  ({ where }) => where === 'page',
  'tabs whose vault is in the page behave like tabs whose vault is in a worker',
)

/** Opens tabs that are all signed in. */
async function openTabs(page: Page, open: (page: Page) => Promise<void>, count = 20) {
  await open(page)
  await signIn(page)
  const tabs = [page]
  while (tabs.length < count) {
    const tab = await page.context().newPage()
    await open(tab)
    await tab.waitForFunction(() => auth.snapshot.status === 'authenticated')
    tabs.push(tab)
  }
  return tabs
}

/** Makes the server refuse the tokens of all tabs, when each token is old enough that a 401 causes a refresh. */
const doubtAll = (tabs: Page[], api: Api) => Promise.all(tabs.map((tab) => doubtToken(tab, api)))

/** Makes requests at random moments until `window.enough` is set. Resolves with the statuses of the responses. */
function useAtRandom(page: Page, urls: string[]) {
  return page.evaluate(async (urls) => {
    const seen: Record<string, number> = {}
    while (!('enough' in window)) {
      const url = urls[Math.floor(Math.random() * urls.length)] ?? ''
      const status = await auth.fetch(url).then(
        (response) => response.status,
        ({ code, name }) => code ?? name,
      )
      seen[status] = (seen[status] ?? 0) + 1
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 800))
    }
    return { seen, statuses }
  }, urls)
}

const refreshes = (api: Api) =>
  api.journal.entries().filter(({ method, path }) => method === 'POST' && path === '/api/v1/refresh')

test('promise 6: twenty tabs in use never refresh at the same time and stay signed in; with a shared vault they refresh once per lifetime', async ({
  api,
  open,
  page,
  where,
}) => {
  test.setTimeout(240_000)
  const tabs = await openTabs(page, open)
  api.configure({ accessTtl: 4 })
  await doubtAll(tabs, api)
  const began = Date.now()
  const use = tabs.map((tab) => useAtRandom(tab, [`${api.url}/api/v1/me`, `${api.url}/api/v1/notes`]))
  // A number of token lifetimes, lower in the quick run.
  const lifetimes = Number(process.env.TOKENCELL_LIFETIMES ?? 5)
  await expect.poll(() => Date.now() - began, { timeout: 120_000 }).toBeGreaterThan(lifetimes * 3000)
  await Promise.all(tabs.map((tab) => tab.evaluate(() => Object.assign(window, { enough: true }))))
  for (const { seen, statuses } of await Promise.all(use)) {
    expect(Object.keys(seen)).toEqual(['200'])
    expect(statuses).not.toContain('signed-out')
    expect(statuses.filter((status) => !['authenticated', 'never'].includes(status))).toEqual([])
  }
  const counts = api.journal.counts()
  expect(counts.refresh).toMatchObject({ reuse: 0, refused: 0 })
  expect(counts.maxConcurrentRefreshes).toBe(1)
  if (where !== 'shared') return
  const times = refreshes(api).map(({ at }) => at)
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
  // A refresh is due at 75 % of 4 s, and none is earlier.
  expect(Math.min(...gaps.slice(1))).toBeGreaterThan(2900)
})

test('promise 16: a sign-out in one tab shows in nineteen other tabs', { tag: '@slow' }, async ({
  open,
  page,
}) => {
  test.setTimeout(120_000)
  const [first, ...others] = await openTabs(page, open)
  const left = others.map((tab) =>
    tab.evaluate(
      () =>
        new Promise<number>((resolve) => {
          auth.subscribe(({ reason }) => reason === 'signed-out' && resolve(Date.now()))
        }),
    ),
  )
  const began = await (first as Page).evaluate(() => {
    const began = Date.now()
    return auth.signOut().then(() => began)
  })
  const took = Math.max(...(await Promise.all(left))) - began
  test.info().annotations.push({ type: 'figure', description: `shown in all tabs after ${took} ms` })
  console.log(`  a sign-out showed in 19 other tabs after ${took} ms`)
  for (const tab of others) expect(await status(tab)).toBe('signed-out')
})

test('promise 17: a sign-in with another account replaces the user in every tab, and pending requests of the old user reject', async ({
  api,
  open,
  page,
}) => {
  test.setTimeout(120_000)
  const tabs = await openTabs(page, open, 6)
  api.faults.add({ route: 'me', kind: 'hold', times: 5 })
  // The URLs differ, because the browser's cache lets only one of several requests for a URL through at a time.
  const answers = tabs.slice(1).map((tab, index) =>
    tab.evaluate(
      (url) =>
        auth.fetch(url).then(
          async (response) => (await response.json()).email,
          ({ code }) => code,
        ),
      `${api.url}/api/v1/me?tab=${index}`,
    ),
  )
  const asked = () =>
    api.journal.entries().filter(({ method, path }) => method === 'GET' && path === '/api/v1/me').length
  await expect.poll(asked).toBe(5)
  await signIn(page, BOB)
  for (const tab of tabs) await tab.waitForFunction((email) => auth.snapshot.user?.email === email, BOB.email)
  api.faults.release('me')
  expect(await Promise.all(answers)).toEqual(Array(5).fill('replaced'))
  for (const tab of tabs) expect(await get(tab, `${api.url}/api/v1/me`)).toBe(200)
  expect(await page.evaluate(() => statuses)).not.toContain('revoked')
})

test('promise 17: a request of a busy page that does not know yet of another account is not answered as that account', async ({
  api,
  context,
  open,
  page,
  site,
  where,
}) => {
  test.skip(where !== 'shared', 'other vaults belong to one page')
  await open(page)
  await signIn(page)
  const other = await context.newPage()
  await open(other)
  api.faults.add({ route: 'login', kind: 'hold' })
  const held = api.faults.whenHeld('login')
  const signedIn = signIn(page, BOB)
  await held
  const isBusy = new Promise<void>((resolve) => {
    site.overrides.set('/busy', (response) => resolve(void response.end()))
  })
  const asked = other.evaluate(async (url) => {
    // A synchronous request: the page handles no message between it and the loop. Now the API answers the sign-in.
    const request = new XMLHttpRequest()
    request.open('GET', '/busy', false)
    request.send()
    const end = performance.now() + 3000
    while (performance.now() < end);
    const shown = auth.snapshot.user?.email
    const answer = await auth.fetch(url).then(
      (response) => response.json(),
      (error) => error.code,
    )
    return [shown, answer, auth.snapshot.user?.email]
  }, `${api.url}/api/v1/me`)
  await isBusy
  api.faults.release('login')
  await signedIn
  expect(await asked).toEqual(['ada@example.com', 'replaced', BOB.email])
})

test('promise 11: a page script that holds the lock forever delays requests only for a limited time', async ({
  api,
  open,
  page,
}) => {
  test.slow()
  const tabs = await openTabs(page, open, 3)
  const hostile = await page.context().newPage()
  await open(hostile)
  await doubtAll(tabs, api)
  await hostile.evaluate(
    () =>
      new Promise<void>((resolve) => {
        navigator.locks.request('tokencell', () => {
          resolve()
          return new Promise(() => {})
        })
      }),
  )
  const answers = await Promise.all(tabs.map((tab) => get(tab, `${api.url}/api/v1/me`)))
  expect(answers).toEqual([200, 200, 200])
  expect(api.journal.counts().refresh.reuse).toBe(0)
  expect(await Promise.all(tabs.map(status))).toEqual(Array(3).fill('authenticated'))
})

test('promise 11: a suspended tab that holds the lock delays requests of other tabs only for a limited time', async ({
  api,
  browserName,
  open,
  page,
  where,
}) => {
  test.skip(
    where !== 'worker' || browserName !== 'chromium',
    'only in Chromium can a test suspend a tab together with its vault',
  )
  test.slow()
  const [suspended, other] = (await openTabs(page, open, 2)) as [Page, Page]
  await doubtToken(other, api)
  await holdRefresh(suspended, api)
  const session = await suspended.context().newCDPSession(suspended)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  // The browser stores the new cookie, but the suspended tab cannot release the lock.
  api.faults.release('refresh')
  expect(await get(other, `${api.url}/api/v1/me`)).toBe(200)
  expect(api.journal.counts().refresh.reuse).toBe(0)
  await session.send('Page.setWebLifecycleState', { state: 'active' })
  expect(await get(suspended, `${api.url}/api/v1/me`)).toBe(200)
})

test('promise 6: the vaults of two versions of an app never refresh at the same time, and share a sign-out', async ({
  api,
  open,
  page,
  site,
}) => {
  await open(page)
  await signIn(page)
  // Another build has another vault script, which starts another vault.
  site.options = { ...site.options, forgetAfter: 30 }
  const newer = await page.context().newPage()
  await open(newer)
  expect(await status(newer)).toBe('authenticated')
  await doubtToken(newer, api)
  const url = `${api.url}/api/v1/me`
  expect(await Promise.all([get(page, url), get(newer, url)])).toEqual([200, 200])
  expect(api.journal.counts()).toMatchObject({ maxConcurrentRefreshes: 1, refresh: { reuse: 0, refused: 0 } })
  await page.evaluate(() => auth.signOut())
  await newer.waitForFunction(() => auth.snapshot.reason === 'signed-out')
})

test('promise 16: a sign-out reaches the other tab while a script keeps a transaction of IndexedDB open', async ({
  api,
  open,
  page,
  site,
  where,
}) => {
  test.skip(where === 'shared', 'the tabs of a shared vault have one session')
  // With a refresh cookie, the server would answer the check of the other tab.
  site.options.refresh = undefined
  const [first, second] = [page, await page.context().newPage()]
  for (const tab of [first, second]) {
    await open(tab)
    await signIn(tab)
  }
  const url = `${api.url}/api/v1/me`
  expect(await get(second, url)).toBe(200)
  await second.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('tokencell')
      request.onsuccess = () => resolve(request.result)
    })
    const store = database.transaction('shared-state', 'readwrite').objectStore('shared-state')
    // A transaction stays open while it gets new requests.
    const askAgain = () => {
      store.get('shared-state').onsuccess = askAgain
    }
    askAgain()
  })
  await first.evaluate(() => auth.signOut())
  await second.waitForFunction(() => auth.snapshot.status === 'unauthenticated')
  const last = await second.evaluate(async (url) => (await auth.fetch(url)).status, url)
  expect(last).toBe(401)
})
