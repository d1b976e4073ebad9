import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBff, type ServerEvent } from '../../../js/server/index.js'
import { Browser, fakeTime, pass } from './browser.js'
import { createProcesses, startStrictApi } from './strict-api.js'

let api: Awaited<ReturnType<typeof startStrictApi>>
let events: ServerEvent[]
let work: Promise<unknown>[]
beforeEach(async () => {
  fakeTime()
  api = await startStrictApi()
  events = []
  work = []
})
afterEach(() => {
  vi.useRealTimers()
  api.close()
})

const MINUTE = 60_000

async function signedIn(more: object = {}) {
  const bff = createBff({
    ...api.options,
    idle: { after: 1800, warn: 60 },
    logger: false,
    onEvent: (event) => void events.push(event),
    waitUntil: (promise) => void work.push(promise),
    ...more,
  })
  const browser = new Browser(bff)
  await browser.signIn()
  return browser
}

/** The sign-out at the API continues after the response. */
const settled = () => Promise.all(work)

test('a user who does nothing is signed out with the reason `idle`, here and at the API', async () => {
  const browser = await signedIn()
  pass(30 * MINUTE)
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'idle', idle: null })
  await settled()
  expect(api.count('POST /logout access-1')).toBe(1)
  expect(events).toContainEqual({ type: 'ended', reason: 'idle', session: expect.any(String) })
  expect(await browser.session(), 'the reason stays for a while').toMatchObject({ reason: 'idle' })
})

test('requests of a page restart the time, and requests for the session do not', async () => {
  const browser = await signedIn()
  pass(20 * MINUTE)
  await browser.fetch('/api/notes')
  pass(20 * MINUTE)
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
  pass(10 * MINUTE)
  expect(await browser.session()).toMatchObject({ reason: 'idle' })
})

test('refreshes are no activity', async () => {
  const browser = await signedIn()
  pass(29 * MINUTE)
  await browser.fetch('/api/auth/refresh', { method: 'POST' })
  await browser.fetch('/api/auth/user', { method: 'POST' })
  expect(api.count('POST /refresh')).toBe(1)
  pass(MINUTE)
  expect(await browser.session()).toMatchObject({ reason: 'idle' })
})

test('the warning is in the snapshot, and `stay` ends it', async () => {
  const browser = await signedIn()
  pass(29 * MINUTE - 1)
  expect(await browser.session()).toMatchObject({ idle: null })
  pass(1)
  expect(await browser.session()).toMatchObject({ idle: { endsAt: Date.now() + MINUTE } })
  const stayed = await (await browser.fetch('/api/auth/stay', { method: 'POST' })).json()
  expect(stayed).toMatchObject({
    snapshot: { idle: null },
    idle: { endsAt: Date.now() + 30 * MINUTE, after: 30 * MINUTE, warn: MINUTE },
  })
  pass(29 * MINUTE)
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
})

test('a request after the limit has no token, and does not begin the time again', async () => {
  const browser = await signedIn()
  pass(31 * MINUTE)
  const believed = await browser.fetch('/api/notes', { headers: { 'x-tokencell-session': 'x' } })
  expect(await believed.json()).toMatchObject({ error: 'session-ended' })
  await browser.fetch('/api/auth/stay', { method: 'POST' })
  expect(await browser.session()).toMatchObject({ reason: 'idle' })
})

test('the time survives a restart of the server, in a cookie of its own', async () => {
  const processes = createProcesses()
  processes.enter(0)
  const browser = await signedIn()
  pass(20 * MINUTE)
  const { headers } = await browser.fetch('/api/notes')
  expect(headers.getSetCookie().map((cookie) => cookie.split('=')[0])).toEqual(['__Host-tokencell.active'])
  processes.enter(1)
  pass(20 * MINUTE)
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
  pass(10 * MINUTE)
  expect(await browser.session()).toMatchObject({ reason: 'idle' })
})

test('without that cookie only the sign-in counts', async () => {
  const processes = createProcesses()
  processes.enter(0)
  const browser = await signedIn()
  pass(20 * MINUTE)
  await browser.fetch('/api/notes')
  browser.cookies.delete('__Host-tokencell.active')
  processes.enter(1)
  pass(20 * MINUTE)
  expect(await browser.session()).toMatchObject({ reason: 'idle' })
})

test('the cookie of another session is no activity of this one', async () => {
  const processes = createProcesses()
  processes.enter(0)
  const other = await signedIn()
  const browser = new Browser(other.bff)
  await browser.signIn()
  pass(20 * MINUTE)
  await other.fetch('/api/notes')
  browser.cookies.set('__Host-tokencell.active', other.cookies.get('__Host-tokencell.active') as string)
  processes.enter(1)
  pass(15 * MINUTE)
  expect(await browser.session()).toMatchObject({ reason: 'idle' })
})

test('many requests write the cookie every ten seconds at most, and a sign-out deletes it', async () => {
  const browser = await signedIn()
  let written = 0
  for (let second = 0; second < 30; second += 1) {
    pass(1000)
    written += (await browser.fetch('/api/notes')).headers.getSetCookie().length
  }
  expect(written).toBe(3)
  await browser.signOut()
  expect([...browser.cookies.keys()]).toEqual(['__Host-tokencell'])
})

test('the tabs of a browser that are too late share one sign-out', async () => {
  const items = new Map<string, string>()
  let waiting = 0
  let arrive = () => {}
  const allArrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  let isTogether = false
  const store = {
    // All requests find the session before one of them ends it.
    async getItem(key: string) {
      const found = items.get(key) ?? null
      if (!isTogether || !key.includes(':session:')) return found
      waiting += 1
      if (waiting === 5) arrive()
      await allArrived
      return found
    },
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
  const browser = await signedIn({ store })
  pass(31 * MINUTE)
  isTogether = true
  const asked = await Promise.all(Array.from({ length: 5 }, () => browser.session()))
  isTogether = false
  expect(asked.map(({ reason }) => reason)).toEqual(Array(5).fill('idle'))
  await settled()
  expect(api.count('POST /logout')).toBe(1)
  expect(events.filter(({ type }) => type === 'ended')).toHaveLength(1)
})

test('with a store every instance knows the reason', async () => {
  const items = new Map<string, string>()
  const store = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
  const processes = createProcesses()
  processes.enter(0)
  const browser = await signedIn({ store })
  const tab = new Browser(browser.bff)
  for (const [name, value] of browser.cookies) tab.cookies.set(name, value)
  pass(31 * MINUTE)
  await browser.session()
  await settled()
  processes.enter(1)
  expect(await tab.session()).toMatchObject({ reason: 'idle' })
  expect(api.count('POST /logout')).toBe(1)
})

test('without the option nothing of it is sent', async () => {
  const browser = await signedIn({ idle: undefined })
  pass(31 * MINUTE)
  await browser.fetch('/api/notes')
  const info = await (await browser.fetch('/api/auth/session')).json()
  expect([info.idle, info.snapshot.status, browser.cookies.size]).toEqual([undefined, 'authenticated', 1])
})
