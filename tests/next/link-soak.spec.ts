import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { ADA, type Api, at, expect, openSignedIn, test } from '../apps.js'
import { mistakesIn, type Refreshes, watchRefreshes } from '../bff/refreshes.js'
import { pick, type Random, randomFrom } from '../random.js'

const ROUNDS = process.env.TOKENCELL_FULL ? 100 : 5
/** The lifetime of a token, and the shortest and longest time of a refresh, in milliseconds. */
const LIFETIME = 1200
const QUICKEST = 300
const SLOWEST = 1000

const seed = Number(process.env.TOKENCELL_SEED ?? Math.floor(Math.random() * 1e9))

/** Counts prefetches, aborted ones, and those aborted while the token was being refreshed. */
function countPrefetches(page: Page, user: string, refreshes: Refreshes) {
  const counts = { prefetches: 0, aborted: 0, abortedInRefresh: 0 }
  const began = new Map<object, number>()
  page.on('request', (request) => {
    if (!request.headers()['next-router-prefetch']) return
    counts.prefetches += 1
    began.set(request, Date.now())
  })
  page.on('requestfailed', (request) => {
    const at = began.get(request)
    if (at === undefined) return
    counts.aborted += 1
    if (refreshes.isAnyOpenSince(user, at)) counts.abortedInRefresh += 1
  })
  return counts
}

/** Opens a page. Half of the times it interrupts a navigation to another page. Each navigation aborts open requests. */
async function navigateImpatiently(page: Page, random: Random) {
  const paths = ['/', '/notes', '/admin', '/legacy']
  const last = pick(random, paths)
  if (random() < 0.5) {
    // Two different pages: Chromium ignores a second navigation to the page that it is opening, and reports ERR_ABORTED.
    const first = pick(
      random,
      paths.filter((path) => path !== last),
    )
    // The second navigation interrupts this one, unless this one completes first.
    page.goto(first).catch(() => {})
    await delay(random() * SLOWEST)
  }
  await open(page, last)
}

/**
 * Opens a page, again if another navigation interrupts it: the first page may open late, or Next may load the current page
 * again. If that is the same page, Chromium ignores this navigation and reports ERR_ABORTED.
 */
async function open(page: Page, path: string, attempts = 10): Promise<void> {
  await page.goto(path).catch((error: Error) => {
    if (attempts === 1 || !/is interrupted by another navigation|ERR_ABORTED/.test(error.message)) throw error
    return open(page, path, attempts - 1)
  })
}

/** Renders the page again, like after a sign-in or an action. Next then prefetches every visible link again. */
const prefetchAgain = (page: Page) =>
  page.evaluate(() =>
    (window as unknown as { next?: { router?: { refresh?(): void } } }).next?.router?.refresh?.(),
  )

function slowRefreshes(api: Api, random: Random) {
  return watchRefreshes(api, {
    ofRefresh: () => ({
      kind: pick(random, ['delay', 'delayBefore'] as const),
      millis: Math.floor(QUICKEST + random() * (SLOWEST - QUICKEST)),
    }),
    ofOthers: () => undefined,
  })
}

test('on a strict API, the session survives <Link> prefetches that navigations abort while tokens expire', async ({
  api,
  page,
  served,
}) => {
  test.setTimeout(30_000 + ROUNDS * 10_000)
  const random = randomFrom(seed)
  api.configure({ accessTtl: LIFETIME / 1000 })
  const refreshes = slowRefreshes(api, random)
  await openSignedIn(page)
  const began = performance.now()
  const visited: string[] = []
  page.on('framenavigated', (frame) => visited.push(new URL(frame.url()).pathname))
  const counts = countPrefetches(page, api.accounts.byEmail(ADA.email)?.id ?? '', refreshes)
  for (let round = 0; round < ROUNDS; round += 1) {
    // Waits until the token is due for a refresh or has expired, or does not wait.
    await delay((round === 0 ? 1.05 : pick(random, [0, 0.8, 1.05])) * LIFETIME)
    await prefetchAgain(page)
    await delay(random() * QUICKEST)
    await navigateImpatiently(page, random)
  }
  await open(page, '/notes')
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')

  const { ok, refused, reuse } = api.journal.counts().refresh
  const seconds = Math.round((performance.now() - began) / 100) / 10
  console.log(`  links of ${served}, seed ${seed}: ${seconds} s,`, { refreshes: ok, ...counts })
  expect([refused, reuse, mistakesIn(refreshes.uses)], `seed ${seed}`).toEqual([0, 0, []])
  expect(visited, `seed ${seed}`).not.toContain('/sign-in')
  expect(ok).toBeGreaterThan(ROUNDS / 3)
  // In the few rounds of the quick run, it is possible that no prefetch is aborted during a refresh.
  expect(process.env.TOKENCELL_FULL ? counts.abortedInRefresh : counts.aborted).toBeGreaterThan(0)
})
