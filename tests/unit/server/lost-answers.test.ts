import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ServerEvent } from '../../../js/server/index.js'
import { type Browser, browse, pass } from './browser.js'
import { DUE, EXPIRED, MINUTES, startStrictApi } from './strict-api.js'

let api: Awaited<ReturnType<typeof startStrictApi>>
const events: ServerEvent[] = []
beforeEach(async () => {
  events.length = 0
  api = await startStrictApi()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  api.close()
})

/** Stops the clock, also for timers and the time limits of requests. Only the test moves it. */
function fakeTimers() {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((millis) => {
    const bound = new AbortController()
    setTimeout(() => bound.abort(new DOMException('', 'TimeoutError')), millis)
    return bound.signal
  })
}

async function signedIn(more: object = {}) {
  const browser = browse({ ...api.options, onEvent: (event) => events.push(event), ...more })
  await browser.signIn()
  return browser
}

/** A refresh that has reached the API and gets its response on `release`. */
function heldRefresh() {
  let release = () => {}
  const isHeld = new Promise<void>((resolve) => {
    api.state.onRefresh = (answer) => {
      release = answer
      resolve()
    }
  })
  return { isHeld, release: () => release() }
}

/** Expects that the API responds again, and that the next attempt gets a token. */
async function expectRenewal(browser: Browser) {
  api.state.onRefresh = (answer) => answer()
  pass(2500)
  expect((await browser.fetch('/api/notes')).status).toBe(200)
}

/** A request whose response never reaches the browser. */
const lost = (browser: Browser) => browser.bff.handle(browser.request('/api/notes'))

test('promise 9: the result of a refresh that takes longer than a request waits is used', async () => {
  fakeTimers()
  const browser = await signedIn()
  pass(EXPIRED)
  const held = heldRefresh()
  const waiting = browser.fetch('/api/notes')
  await held.isHeld
  await vi.advanceTimersByTimeAsync(10_000)
  const late = await waiting
  expect([late.status, (await late.json()).error]).toEqual([503, 'unreachable'])
  await vi.advanceTimersByTimeAsync(40_000)
  held.release()
  await vi.waitFor(() => expect(events.map(({ type }) => type)).toContain('refreshed'))
  const next = await browser.fetch('/api/notes')
  expect([next.status, await next.text(), api.count('POST /refresh')]).toEqual([200, 'access-2', 1])
})

test('promise 22: a response that never reaches the browser loses no session, also when the next request is late', async () => {
  fakeTimers()
  const browser = await signedIn()
  pass(DUE)
  for (const _ of [1, 2, 3]) {
    await lost(browser)
    pass(MINUTES)
  }
  const response = await browser.fetch('/api/notes')
  expect([response.status, await response.text(), api.count('POST /refresh')]).toEqual([200, 'access-2', 1])
})

test('promise 22: several refreshed cookies in a row that never reach the browser lose no session', async () => {
  fakeTimers()
  const browser = await signedIn()
  for (let times = 0; times < 15; times += 1) {
    pass(DUE)
    expect((await lost(browser)).status).toBe(200)
  }
  expect(await (await browser.fetch('/api/notes')).text()).toBe('access-16')
  expect(api.count('POST /refresh')).toBe(15)
})

test('an old cookie no longer works once the browser has used the next one for a while', async () => {
  fakeTimers()
  const browser = await signedIn()
  const before = [...browser.cookies]
  pass(DUE)
  await browser.fetch('/api/notes')
  await browser.fetch('/api/notes')
  pass(EXPIRED)
  for (const [name, value] of before) browser.cookies.set(name, value)
  expect((await browser.fetch('/api/notes')).status).toBe(401)
})

test('promise 9: the first refusal after a refresh without a response ends no session, and the second one does', async () => {
  fakeTimers()
  const browser = await signedIn()
  pass(EXPIRED)
  api.state.onRefresh = (_, response) => void response.destroy()
  const failed = await browser.fetch('/api/notes')
  expect(failed.status).toBe(503)
  pass(2500)
  expect((await browser.fetch('/api/notes')).status).toBe(503)
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
  expect(api.count('POST /refresh')).toBe(2)
  pass(2500)
  expect((await browser.fetch('/api/notes')).status).toBe(401)
  expect(await browser.session()).toMatchObject({ reason: 'revoked' })
  expect(events.filter(({ type }) => type === 'refresh-failed')).toMatchObject([
    { failure: 'unreachable', code: 'unreachable', willRetry: true, error: { name: 'SocketError' } },
    { failure: 'refused', code: null, willRetry: true },
    { failure: 'refused', code: null, willRetry: false },
  ])
})

test('promise 9: a refusal after a refresh without a response, followed by a grant, keeps the session', async () => {
  fakeTimers()
  const browser = await signedIn()
  pass(EXPIRED)
  const before = api.state.refresh
  api.state.onRefresh = (_, response) => {
    api.state.refresh = before
    api.state.refusals = 1
    response.destroy()
  }
  await browser.fetch('/api/notes')
  pass(2500)
  expect((await browser.fetch('/api/notes')).status).toBe(503)
  await expectRenewal(browser)
})

test('promise 6: during a slow refresh, the valid token is used, and only the first request waits for a short time', async () => {
  fakeTimers()
  const browser = await signedIn()
  pass(DUE)
  const held = heldRefresh()
  const first = browser.fetch('/api/notes')
  await held.isHeld
  await vi.advanceTimersByTimeAsync(1000)
  expect(await (await first).text()).toBe('access-1')
  for (const _ of [1, 2, 3]) {
    expect(await (await browser.fetch('/api/notes')).text()).toBe('access-1')
  }
  held.release()
  await vi.waitFor(() => expect(events.map(({ type }) => type)).toContain('refreshed'))
  expect(await (await browser.fetch('/api/notes')).text()).toBe('access-2')
  expect(api.count('POST /refresh')).toBe(1)
})

test('a response that is created while a refresh ends sets the new cookie', async () => {
  fakeTimers()
  const browser = await signedIn()
  pass(DUE)
  const held = heldRefresh()
  const session = browser.bff.open(browser.cookieHeader, true, browser.request('/'))
  const reading = session.read()
  await held.isHeld
  await vi.advanceTimersByTimeAsync(1000)
  await reading
  expect(await session.setCookies()).toEqual([])
  held.release()
  await vi.waitFor(() => expect(events.map(({ type }) => type)).toContain('refreshed'))
  expect(await session.setCookies()).toHaveLength(1)
})

test('a failed refresh is tried again later by a request, without a timer', async () => {
  fakeTimers()
  const browser = await signedIn()
  pass(EXPIRED)
  const before = api.state.refresh
  api.state.onRefresh = (_, response) => {
    api.state.refresh = before
    response.writeHead(503).end()
  }
  expect((await browser.fetch('/api/notes')).status).toBe(503)
  await expectRenewal(browser)
})

test('a refresh that the platform has cut off is started again', async () => {
  fakeTimers()
  const browser = await signedIn()
  pass(EXPIRED)
  const { fetch } = globalThis
  // Simulates a platform that stops all work of a request when its response is sent.
  const isAsked = new Promise<void>((resolve) =>
    vi.stubGlobal('fetch', () => {
      resolve()
      return new Promise(() => {})
    }),
  )
  const cut = browser.fetch('/api/notes')
  await isAsked
  await vi.advanceTimersByTimeAsync(10_000)
  expect((await cut).status).toBe(503)
  vi.stubGlobal('fetch', fetch)
  pass(80_000)
  expect((await browser.fetch('/api/notes')).status).toBe(200)
})

test('`waitUntil` gets the work that continues after a response', async () => {
  fakeTimers()
  const works: Promise<unknown>[] = []
  const browser = await signedIn({ waitUntil: (work: Promise<unknown>) => works.push(work) })
  pass(DUE)
  const held = heldRefresh()
  const first = browser.fetch('/api/notes')
  await held.isHeld
  await vi.advanceTimersByTimeAsync(1000)
  await first
  held.release()
  await Promise.all(works)
  expect([works.length, events.map(({ type }) => type)]).toEqual([1, ['signed-in', 'refreshed']])
})

test('a page can force a refresh, and simultaneous requests share it', async () => {
  fakeTimers()
  const browser = await signedIn()
  const post = () => browser.fetch('/api/auth/refresh', { method: 'POST' })
  await post()
  expect(api.count('POST /refresh'), 'a token that was just issued is not refreshed').toBe(0)
  pass(MINUTES)
  const responses = await Promise.all([post(), post(), post()])
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(api.count('POST /refresh')).toBe(1)
  expect(await (await browser.fetch('/api/notes')).text()).toBe('access-2')
  api.state.onRefresh = (_, response) => void response.writeHead(503).end()
  pass(MINUTES)
  const failed = await post()
  expect([failed.status, (await failed.json()).error]).toEqual([503, 'unreachable'])
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
})

test('events name the failure, and contain no secret', async () => {
  fakeTimers()
  const browser = await signedIn()
  pass(EXPIRED)
  api.close()
  await browser.fetch('/api/notes')
  await browser.signOut()
  await browser.signIn()
  // The first request may use a connection that was kept open, and that the API has closed.
  const error = { name: expect.stringMatching(/Error$/), code: expect.any(String) }
  expect(events.slice(1)).toMatchObject([
    { type: 'refresh-failed', failure: 'unreachable', code: 'unreachable', error },
    { type: 'signed-out' },
    { type: 'sign-out-failed', code: 'unreachable', willRetry: true, error },
    { type: 'sign-in-failed', code: 'unreachable', error },
  ])
  expect(JSON.stringify(events)).not.toMatch(/access-|refresh-\d|correct horse/)
})
