// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isNavigationFailure } from 'vue-router'
import type { GuardOptions } from '../../js/adapters/router-options.js'
import { AuthError } from '../../js/common/errors.js'
import type { TestSession } from '../../js/testing.js'
import { ADA, arrives, BOB, component, setUp } from './guarded.js'

const UNREACHABLE = { failure: 'unreachable' } as const
const MALFORMED = { failure: 'malformed' } as const
const PAGES: GuardOptions = { forbidden: '/forbidden', unavailable: '/unavailable' }
/** The longest time that a guest page waits, in milliseconds. The README and ARCHITECTURE.md promise it. */
const BOUND = 12_000

beforeEach(() => {
  for (const level of ['error', 'warn'] as const) vi.spyOn(console, level).mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test.each([UNREACHABLE, MALFORMED])(
  'while the session cannot be determined, a page for guests opens: %j',
  async (failure) => {
    const { auth, router, at } = setUp('loading', PAGES)
    const going = router.push('/sign-in?redirect=/notes')
    auth.become(failure)
    await going
    expect(at()).toBe('/sign-in?redirect=/notes')
    auth.become(BOB)
    await arrives(at, '/notes')
  },
)

test.each<[found: TestSession<unknown>, landed: string]>([
  [BOB, '/notes?a=1#b'],
  ['expired', '/sign-in?redirect=/notes?a=1%23b'],
  ['signed-out', '/sign-in'],
])(
  'a page that requires sign-in is replaced by `unavailable` until the session is known: %j',
  async (found, landed) => {
    const { auth, router, errors, at } = setUp('loading', PAGES)
    const going = router.push('/notes?a=1#b')
    auth.become(UNREACHABLE)
    await going
    expect(at()).toBe('/unavailable')
    auth.become(MALFORMED)
    auth.become('loading')
    expect(at()).toBe('/unavailable')
    auth.become(found)
    await arrives(at, landed)
    expect(errors).toEqual([])
  },
)

test('a page for a role opens or is refused when the session is known', async () => {
  const { auth, router, at } = setUp(UNREACHABLE, PAGES)
  await router.push('/admin/people')
  expect(at()).toBe('/unavailable')
  auth.become(BOB)
  await arrives(at, '/forbidden')
  auth.become(ADA)
  await arrives(at, '/admin/people')
})

test('when the session is known, the last requested page opens, also if its URL redirects to it', async () => {
  const { auth, router, at } = setUp(UNREACHABLE, PAGES)
  await router.push('/admin')
  await router.push('/old-notes')
  expect(at()).toBe('/unavailable')
  auth.become(ADA)
  await arrives(at, '/notes')
})

test('the page `unavailable` may keep the URL, and may require sign-in itself', async () => {
  const { auth, router, at } = setUp(UNREACHABLE, {
    unavailable: ({ path }) => ({ name: 'instead', params: { path: path.slice(1).split('/') } }),
  })
  router.addRoute({ path: '/:path(.*)*', name: 'instead', component, meta: { requiresAuth: true } })
  await router.push('/notes')
  expect([at(), router.currentRoute.value.name]).toEqual(['/notes', 'instead'])
  auth.become(BOB)
  await vi.waitFor(() => expect(router.currentRoute.value.name).toBe('notes'))
})

test('a page `unavailable` that the router does not have is named', async () => {
  const { router } = setUp(UNREACHABLE, { unavailable: '/nowhere' })
  await expect(router.push('/notes')).rejects.toMatchObject({ code: 'page-missing', option: 'unavailable' })
})

test('without `unavailable`, the navigation fails with `unreachable`, and the page opens when the session is known', async () => {
  const { auth, router, errors, at } = setUp('loading')
  const going = router.push('/notes')
  auth.become(UNREACHABLE)
  await expect(going).rejects.toMatchObject({ code: 'unreachable' })
  expect(errors).toMatchObject([{ code: 'unreachable' }])
  auth.become(MALFORMED)
  auth.become(BOB)
  await arrives(at, '/notes')
})

test('without `unavailable`, the page opens later as a new history entry, so that “back” leads to the previous page', async () => {
  const { auth, router, at } = setUp(UNREACHABLE)
  await router.push('/')
  await router.push('/notes').catch(() => {})
  expect(at()).toBe('/')
  auth.become(BOB)
  await arrives(at, '/notes')
  router.back()
  await arrives(at, '/')
})

test('without `unavailable`, the page does not open later if the user has navigated to another page', async () => {
  const { auth, router, at } = setUp(UNREACHABLE)
  await router.push('/notes').catch(() => {})
  await router.push('/')
  const moves = [vi.spyOn(router, 'push'), vi.spyOn(router, 'replace')]
  auth.become(BOB)
  expect([at(), moves.map(({ mock }) => mock.calls)]).toEqual(['/', [[], []]])
})

test('a navigation that is replaced by another navigation is not reported as an error', async () => {
  const { auth, router, errors, at } = setUp('loading')
  const first = router.push('/notes')
  const second = router.push('/sign-in')
  auth.become(UNREACHABLE)
  expect(isNavigationFailure(await first)).toBe(true)
  await second
  expect([at(), errors]).toEqual(['/sign-in', []])
})

test('an open page stays while the session is loading again, and other guarded pages do not open', async () => {
  const { auth, router, at } = setUp(BOB, PAGES)
  await router.push('/notes')
  const replace = vi.spyOn(router, 'replace')
  auth.become('loading')
  auth.become(UNREACHABLE)
  expect([at(), replace.mock.calls]).toEqual(['/notes', []])
  await router.push('/admin')
  expect(at()).toBe('/unavailable')
})

test.each([
  ['/sign-in', '/sign-in', '/'],
  ['/notes', '/unavailable', '/notes'],
])('navigation to %s ends its wait after 12 s without a vault', async (wanted, instead, landed) => {
  vi.useFakeTimers()
  const { auth, router, at } = setUp('loading', PAGES)
  const going = router.push(wanted)
  await vi.advanceTimersByTimeAsync(BOUND - 1)
  expect(at(), 'before the time limit').toBe('/')
  await vi.advanceTimersByTimeAsync(1)
  await going
  expect(at()).toBe(instead)
  await router.push('/')
  await router.push(wanted)
  expect(at(), 'the next navigation does not wait again').toBe(instead)
  auth.become(BOB)
  await vi.advanceTimersByTimeAsync(100)
  expect(at()).toBe(landed)
})

/** Makes the start of the vault fail `times` times. */
function failToStart({ auth }: ReturnType<typeof setUp>, times: number) {
  const ready = vi.spyOn(auth, 'ready', 'get')
  for (let time = 0; time < times; time += 1) ready.mockRejectedValueOnce(new AuthError('vault-failed', ''))
  return ready
}

test('when a vault does not start, a guest page opens; a guarded page fails with the error, and opens after the start', async () => {
  vi.useFakeTimers()
  const guarded = setUp('loading', PAGES)
  const { auth, router, errors, at } = guarded
  const ready = failToStart(guarded, 4)
  await router.push('/sign-in')
  expect(at()).toBe('/sign-in')
  await expect(router.push('/notes')).rejects.toMatchObject({ code: 'vault-failed' })
  expect(errors).toMatchObject([{ code: 'vault-failed' }])
  const before = ready.mock.calls.length
  await vi.advanceTimersByTimeAsync(8000)
  expect(ready.mock.calls.length, 'the vault is started again').toBeGreaterThan(before + 1)
  auth.become(BOB)
  await vi.advanceTimersByTimeAsync(100)
  expect(at()).toBe('/notes')
  const after = ready.mock.calls.length
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ready.mock.calls.length, 'no further start after the session is known').toBe(after)
})

test('when a vault starts late and the API is unreachable, the page `unavailable` opens', async () => {
  const guarded = setUp('loading', PAGES)
  const { auth, router, at } = guarded
  failToStart(guarded, 1)
  await expect(router.push('/notes')).rejects.toMatchObject({ code: 'vault-failed' })
  auth.become(UNREACHABLE)
  await arrives(at, '/unavailable')
  auth.become(BOB)
  await arrives(at, '/notes')
})

function hydration() {
  let hydrate = () => {}
  const hydrated = new Promise<void>((resolve) => {
    hydrate = resolve
  })
  return { hydrated, hydrate }
}

test('a rendered page stays until it is hydrated; then a page that requires sign-in is replaced by `unavailable`', async () => {
  const { hydrated, hydrate } = hydration()
  const { auth, router, at } = setUp('loading', { ...PAGES, hydrated })
  await router.push('/notes')
  auth.become(UNREACHABLE)
  expect(at()).toBe('/notes')
  hydrate()
  await arrives(at, '/unavailable')
  auth.become(BOB)
  await arrives(at, '/notes')
})

test('a hydrated page that requires sign-in is replaced when the failure comes later, or when the vault is silent', async () => {
  vi.useFakeTimers()
  const { hydrated, hydrate } = hydration()
  const later = setUp('loading', { ...PAGES, hydrated })
  const silent = setUp('loading', { ...PAGES, hydrated })
  for (const { router } of [later, silent]) await router.push('/notes')
  hydrate()
  await vi.advanceTimersByTimeAsync(1000)
  later.auth.become(UNREACHABLE)
  await vi.advanceTimersByTimeAsync(0)
  expect([later.at(), silent.at()]).toEqual(['/unavailable', '/notes'])
  await vi.advanceTimersByTimeAsync(BOUND)
  expect(silent.at()).toBe('/unavailable')
})

test('stopping the guards ends waiting navigations', async () => {
  vi.useFakeTimers()
  const { router, stop, at } = setUp('loading', PAGES)
  const going = router.push('/notes')
  await vi.advanceTimersByTimeAsync(0)
  stop()
  await going
  expect([at(), vi.getTimerCount()]).toEqual(['/notes', 0])
})
