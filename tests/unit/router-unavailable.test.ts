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
/** A guest page waits no longer, in milliseconds: promised in the README and in ARCHITECTURE.md. */
const BOUND = 12_000

beforeEach(() => {
  for (const level of ['error', 'warn'] as const) vi.spyOn(console, level).mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test.each([UNREACHABLE, MALFORMED])(
  'while the session cannot be found out, a page for guests opens: %j',
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
  'a page that requires sign-in gives way to `unavailable`, until the session is known: %j',
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

test('a page for a role is judged when the session is known', async () => {
  const { auth, router, at } = setUp(UNREACHABLE, PAGES)
  await router.push('/admin/people')
  expect(at()).toBe('/unavailable')
  auth.become(BOB)
  await arrives(at, '/forbidden')
  auth.become(ADA)
  await arrives(at, '/admin/people')
})

test('the page that was wanted last opens, and one that an address redirects to', async () => {
  const { auth, router, at } = setUp(UNREACHABLE, PAGES)
  await router.push('/admin')
  await router.push('/old-notes')
  expect(at()).toBe('/unavailable')
  auth.become(ADA)
  await arrives(at, '/notes')
})

test('the page shown instead may keep the address, and may require sign-in itself', async () => {
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

test('without such a page the navigation fails with `unreachable`, and the page opens when the session is known', async () => {
  const { auth, router, errors, at } = setUp('loading')
  const going = router.push('/notes')
  auth.become(UNREACHABLE)
  await expect(going).rejects.toMatchObject({ code: 'unreachable' })
  expect(errors).toMatchObject([{ code: 'unreachable' }])
  auth.become(MALFORMED)
  auth.become(BOB)
  await arrives(at, '/notes')
})

test('it opens as the next page, so that the one before is found again with “back”', async () => {
  const { auth, router, at } = setUp(UNREACHABLE)
  await router.push('/')
  await router.push('/notes').catch(() => {})
  expect(at()).toBe('/')
  auth.become(BOB)
  await arrives(at, '/notes')
  router.back()
  await arrives(at, '/')
})

test('it does not open when the user has gone elsewhere', async () => {
  const { auth, router, at } = setUp(UNREACHABLE)
  await router.push('/notes').catch(() => {})
  await router.push('/')
  const moves = [vi.spyOn(router, 'push'), vi.spyOn(router, 'replace')]
  auth.become(BOB)
  expect([at(), moves.map(({ mock }) => mock.calls)]).toEqual(['/', [[], []]])
})

test('a navigation that another has overtaken is not reported as an error', async () => {
  const { auth, router, errors, at } = setUp('loading')
  const first = router.push('/notes')
  const second = router.push('/sign-in')
  auth.become(UNREACHABLE)
  expect(isNavigationFailure(await first)).toBe(true)
  await second
  expect([at(), errors]).toEqual(['/sign-in', []])
})

test('an open page stays while the session is loading again, and its neighbours do not open', async () => {
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
])('a vault that does not answer at all is given %s up after 12 s', async (wanted, instead, landed) => {
  vi.useFakeTimers()
  const { auth, router, at } = setUp('loading', PAGES)
  const going = router.push(wanted)
  await vi.advanceTimersByTimeAsync(BOUND - 1)
  expect(at(), 'not yet').toBe('/')
  await vi.advanceTimersByTimeAsync(1)
  await going
  expect(at()).toBe(instead)
  await router.push('/')
  await router.push(wanted)
  expect(at(), 'the next one does not wait again').toBe(instead)
  auth.become(BOB)
  await vi.advanceTimersByTimeAsync(100)
  expect(at()).toBe(landed)
})

/** Has the vault fail to start so many times. */
function failToStart({ auth }: ReturnType<typeof setUp>, times: number) {
  const ready = vi.spyOn(auth, 'ready', 'get')
  for (let time = 0; time < times; time += 1) ready.mockRejectedValueOnce(new AuthError('vault-failed', ''))
  return ready
}

test('a vault that does not start: a page for guests opens, another gets its error, and opens when it has started', async () => {
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
  expect(ready.mock.calls.length, 'it is started again').toBeGreaterThan(before + 1)
  auth.become(BOB)
  await vi.advanceTimersByTimeAsync(100)
  expect(at()).toBe('/notes')
  const after = ready.mock.calls.length
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ready.mock.calls.length, 'once it is known, it is not asked again').toBe(after)
})

test('a vault that starts late, with an API that does not answer: the page `unavailable` opens', async () => {
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

test('what a server has rendered stays until the page is hydrated; then a page that requires sign-in gives way', async () => {
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

test('likewise where the failure comes later, or the vault is silent', async () => {
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

test('guards that are stopped let go of what waits', async () => {
  vi.useFakeTimers()
  const { router, stop, at } = setUp('loading', PAGES)
  const going = router.push('/notes')
  await vi.advanceTimersByTimeAsync(0)
  stop()
  await going
  expect([at(), vi.getTimerCount()]).toEqual(['/notes', 0])
})
