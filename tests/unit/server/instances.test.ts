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
  // Both processes have been there for a while.
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

/** The answer of this process to a request with the cookies from before. */
async function answer(browser: Browser, at: number, cookie: string) {
  processes.enter(at)
  return browser.bff.handle(browser.request('/api/auth/session', { headers: { cookie } }))
}

test.each([
  ['the refusal', [1, 0]],
  ['the grant', [0, 1]],
])(
  'promise 9: of two instances without a store that refresh at once, neither ends the session, be %s last to arrive',
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
    expect([...browser.cookies.keys()], 'the refusal is forgotten').toEqual(['__Host-tokencell'])
  },
)

test('promise 9: a refusal counts in every process, and its cookie goes after a while', async () => {
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
  expect(browser.cookies.size, 'what is left is the reason').toBe(1)
  pass(301_000)
  expect(await browser.session()).toMatchObject({ reason: 'never' })
})

test('several instances without a store are told once', async () => {
  const browser = start()
  await browser.signIn()
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
  expect(events).not.toContainEqual({ type: 'several-instances' })
  processes.enter(1)
  for (const _ of [1, 2]) await browser.session()
  expect(events.filter(({ type }) => type === 'several-instances')).toHaveLength(1)
  expect(console.error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('`store`'))
})

test('a process that has been started again is not another instance', async () => {
  const browser = start()
  await browser.signIn()
  pass(5000)
  processes.enter(2)
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
  expect(events).not.toContainEqual({ type: 'several-instances' })
})

test('promise 25: with a store, an answer that is lost in one process is there in the other', async () => {
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

test('promise 25: with a store, a request that takes longer than the grace spends no token twice', async () => {
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
  expect(await (await session.fetch('/api/notes')).text(), 'with the token of the other').toBe('access-3')
})
