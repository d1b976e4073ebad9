/** A user that does not fit into the session cookie. The session continues without it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ServerEvent } from '../../../js/server/index.js'
import { browse, pass } from './browser.js'
import { EXPIRED, startStrictApi } from './strict-api.js'

let api: Awaited<ReturnType<typeof startStrictApi>>
const events: ServerEvent[] = []
const lines: string[] = []
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  events.length = lines.length = 0
  api = await startStrictApi()
})
afterEach(() => {
  vi.useRealTimers()
  api.close()
})

const LARGE = { name: 'Ada', bio: 'x'.repeat(6000) }

const start = (more: object = {}) =>
  browse({
    ...api.options,
    logger: (line: string) => void lines.push(line),
    onEvent: (event) => void events.push(event),
    ...more,
  })

const tooLarge = () => events.filter(({ type }) => type === 'user-too-large')

test('a sign-in whose user is too large begins a session without a user, and a line in the log says how to mend it', async () => {
  api.state.user = LARGE
  const browser = start()
  const response = await browser.signIn()
  expect((await response.json()).snapshot).toMatchObject({ status: 'authenticated', user: null })
  expect((await browser.fetch('/api/notes')).status).toBe(200)
  expect(tooLarge()).toEqual([
    { type: 'user-too-large', session: expect.any(String), code: 'session-too-large' },
  ])
  expect(lines).toEqual([expect.stringMatching(/user.*`store`.*`fields.user`/s)])
})

test('a refresh that brings a user that is too large continues the session, without a user', async () => {
  const browser = start()
  await browser.signIn()
  api.state.refreshedUser = LARGE
  pass(EXPIRED)
  expect(await (await browser.fetch('/api/notes')).text()).toBe('access-2')
  expect(await browser.session()).toMatchObject({ status: 'authenticated', user: null })
  expect(tooLarge()).toHaveLength(1)
  api.state.refreshedUser = { name: 'Ada' }
  pass(EXPIRED)
  expect(await browser.session()).toMatchObject({ user: { name: 'Ada' } })
})

test('of ten requests at once, each gets the token of a refresh whose user is too large', async () => {
  const browser = start()
  await browser.signIn()
  api.state.refreshedUser = LARGE
  pass(EXPIRED)
  const requests = Array.from({ length: 10 }, () => browser.bff.handle(browser.request('/api/notes')))
  const texts = (await Promise.all(requests)).map((response) => response.text())
  expect(await Promise.all(texts)).toEqual(Array(10).fill('access-2'))
  expect(api.count('POST /refresh')).toBe(1)
})

test('a page that loads a user again that is too large gets an error, and keeps the previous one', async () => {
  const browser = start({ user: '/me' })
  await browser.signIn()
  api.state.user = LARGE
  const response = await browser.fetch('/api/auth/user', { method: 'POST' })
  expect((await response.json()).error).toBe('session-too-large')
  expect(await browser.session()).toMatchObject({ user: { name: 'ada@example.com' } })
})
