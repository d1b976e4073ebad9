import { createStorage } from 'unstorage'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBff, type ServerEvent, type SharedStore } from '../../../js/server/index.js'
import { Browser, pass } from './browser.js'
import { createProcesses, DUE, EXPIRED, startStrictApi } from './strict-api.js'

let api: Awaited<ReturnType<typeof startStrictApi>>
let processes: ReturnType<typeof createProcesses>
const events: ServerEvent[] = []
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.spyOn(console, 'error').mockImplementation(() => {})
  events.length = 0
  processes = createProcesses()
  api = await startStrictApi()
  // Both processes have been running for a while.
  for (const at of [1, 0]) processes.enter(at)
  pass(5000)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  api.close()
})

const start = (more: object = {}) =>
  new Browser(createBff({ ...api.options, onEvent: (event) => events.push(event), ...more }))

/** The response of this process to a request with this cookie header. */
async function answer(browser: Browser, at: number, cookie: string) {
  processes.enter(at)
  return browser.bff.handle(browser.request('/api/auth/session', { headers: { cookie } }))
}

test.each([
  ['the refusal', [1, 0]],
  ['the grant', [0, 1]],
])(
  'promise 9: two instances without a store that refresh at the same time do not end the session if %s arrives last',
  async (_, order) => {
    const browser = start()
    await browser.signIn()
    pass(DUE)
    const cookie = browser.cookieHeader
    const answers = [await answer(browser, 0, cookie), await answer(browser, 1, cookie)] as const
    expect((await answers[1].json()).snapshot).toMatchObject({ reason: 'revoked' })
    for (const at of order) browser.keep(answers[at]?.headers.getSetCookie() ?? [])
    for (const at of [0, 1]) {
      processes.enter(at)
      expect(await browser.session()).toMatchObject({ status: 'authenticated' })
    }
    expect([...browser.cookies.keys()], 'the refusal is removed').toEqual(['__Host-tokencell'])
  },
)

test('promise 9: a refusal ends the session in every process, and its cookie is deleted later', async () => {
  const browser = start()
  await browser.signIn()
  pass(EXPIRED)
  api.state.refusals = 1
  for (const at of [0, 1]) {
    processes.enter(at)
    expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
  }
  expect(api.count('POST /refresh')).toBe(1)
  pass(61_000)
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
  expect(browser.cookies.size, 'the reason is left').toBe(1)
  pass(301_000)
  expect(await browser.session()).toMatchObject({ reason: 'never' })
})

test('several instances without a store are reported once', async () => {
  const browser = start()
  await browser.signIn()
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
  expect(events).not.toContainEqual({ type: 'several-instances' })
  processes.enter(1)
  for (const _ of [1, 2]) await browser.session()
  expect(events.filter(({ type }) => type === 'several-instances')).toHaveLength(1)
  expect(console.error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('`store`'))
})

test('a restarted process does not count as another instance', async () => {
  const browser = start()
  await browser.signIn()
  pass(5000)
  processes.enter(2)
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
  expect(events).not.toContainEqual({ type: 'several-instances' })
})

test('promise 25: with a store, another process has the response that was lost in one process', async () => {
  const browser = start({ store: createStorage() as SharedStore })
  await browser.signIn()
  pass(EXPIRED)
  await browser.bff.handle(browser.request('/api/notes'))
  processes.enter(1)
  pass(61_000)
  expect(await (await browser.fetch('/api/notes')).text()).toBe('access-2')
  expect([api.count('POST /refresh'), events.some(({ type }) => type === 'several-instances')]).toEqual([
    1,
    false,
  ])
})

test('promise 25: with a store, a request that takes longer than the grace period spends no refresh token twice', async () => {
  const browser = start({ store: createStorage() as SharedStore })
  await browser.signIn()
  const session = browser.bff.open(browser.cookieHeader, true, browser.request('/'))
  await session.read()
  pass(DUE)
  processes.enter(1)
  await browser.fetch('/api/notes')
  processes.enter(0)
  pass(120_000)
  await session.refresh()
  expect(await (await session.fetch('/api/notes')).text(), 'the token of the other process').toBe('access-3')
})
