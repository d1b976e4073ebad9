import type { H3Event } from 'h3'
import { afterEach, expect, test, vi } from 'vitest'
import { isGlobalFor, ruleOf } from '../../js/nuxt/rule.js'
import { whenHydrated } from '../../js/nuxt/runtime/hydrated.js'
import { rolesAt } from '../../js/nuxt/runtime/roles.js'
import { type EventSession, offerSession, sessionOf } from '../../js/nuxt/runtime/server/context.js'
import { createTestAuth } from '../../js/testing.js'

declare global {
  interface ImportMeta {
    /** Of Nuxt, which is not in scope here. */
    readonly prerender?: boolean
  }
}

afterEach(() => vi.useRealTimers())

const eventIn = (context: object) => ({ context }) as H3Event
const SESSION = {} as EventSession

test('promise 22: a request opens its session once, when it is first asked for, and what it asks on the way has it too', () => {
  const event = eventIn({})
  const open = vi.fn(() => SESSION)
  offerSession(event, open)
  expect(open).not.toHaveBeenCalled()
  const inner = eventIn(event.context)
  const another = vi.fn(() => SESSION)
  offerSession(inner, another)
  expect([sessionOf(event), sessionOf(inner)]).toEqual([SESSION, SESSION])
  expect([open, another].map(({ mock }) => mock.calls.length)).toEqual([1, 0])
})

test.each([
  ['a cached handler', { cache: {} }],
  ['a page that a platform keeps', { _nitro: { routeRules: { isr: true } } }],
])('promise 23: %s has nobody’s session, even where a middleware has opened one before', (_, more) => {
  const event = eventIn({})
  const open = vi.fn(() => SESSION)
  offerSession(event, open)
  sessionOf(event)
  Object.assign(event.context, more)
  expect(() => sessionOf(event)).toThrow(expect.objectContaining({ code: 'shared-answer' }))
})

test('promise 20: roles are where the options say, as a list or as words, and only own properties count', () => {
  const snapshot = (claims: object) => ({ user: null, claims }) as never
  expect(rolesAt('claims.scope')(snapshot({ scope: 'notes:read admin' }))).toEqual(['notes:read', 'admin'])
  expect(rolesAt('claims.realm.roles')(snapshot({ realm: { roles: ['admin', 7] } }))).toEqual(['admin'])
  for (const path of ['claims.nothing', 'claims.constructor.name'])
    expect(rolesAt(path)(snapshot({}))).toEqual([])
})

test.each([
  [{ auth: true }, false, { requiresAuth: true }],
  [{ auth: false }, true, { requiresAuth: false }],
  [{ auth: 'guest' as const }, true, { guestOnly: true }],
  [{ auth: { roles: ['admin'] } as never }, false, { roles: ['admin'] }],
  [{ middleware: 'auth' }, false, { requiresAuth: true }],
  [{ middleware: ['other', 'guest'] }, true, { guestOnly: true }],
  [{}, true, { requiresAuth: true }],
  [{}, false, { requiresAuth: false }],
])('promise 20: a page with %j in an app that is closed: %s', (meta, isGlobal, rule) => {
  expect(ruleOf(meta, isGlobal)).toEqual(rule)
})

test('promise 20: an app that is closed opens the pages that are shown in place of others', () => {
  const pages = { signIn: '/sign-in', home: '/', unavailable: '/unavailable' }
  const closed = (path: string) => isGlobalFor({ global: true, pages }, path)
  expect(['/', '/sign-in', '/unavailable', '/notes'].map(closed)).toEqual([true, false, false, true])
  expect(isGlobalFor({ global: false, pages }, '/notes')).toBe(false)
})

/** A page that hydrates: what has settled so far, and the way to say that it has hydrated. */
function hydrating() {
  vi.useFakeTimers()
  let hydrate = () => {}
  const hooks = {
    hookOnce(_: string, hook: () => void) {
      hydrate = hook
    },
  }
  const auth = createTestAuth<never>({ session: 'loading' })
  const settled = vi.fn()
  const payload = { serverRendered: true }
  whenHydrated({ payload, hooks } as never, auth)?.then(settled)
  return { auth, settled, hydrate: () => hydrate() }
}

test('a page is hydrated when Nuxt says so', async () => {
  const { settled, hydrate } = hydrating()
  await vi.advanceTimersByTimeAsync(9000)
  expect(settled).not.toHaveBeenCalled()
  hydrate()
  await vi.advanceTimersByTimeAsync(0)
  expect(settled).toHaveBeenCalled()
  expect(whenHydrated({ payload: {} } as never, createTestAuth<never>())).toBeUndefined()
})

test('a page that waits for a session that cannot be found out is not waited for', async () => {
  const failing = hydrating()
  failing.auth.become({ failure: 'unreachable' })
  await vi.advanceTimersByTimeAsync(2000)
  expect(failing.settled).toHaveBeenCalled()
  const silent = hydrating()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(silent.settled).toHaveBeenCalled()
})
