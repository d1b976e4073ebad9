import { afterEach, expect, test, vi } from 'vitest'
import { createBff } from '../../../js/server/index.js'
import { type Browser, browse } from './browser.js'
import { startHeadlessApi } from './headless-api.js'

const closing: (() => void)[] = []
afterEach(() => {
  vi.restoreAllMocks()
  for (const close of closing.splice(0)) close()
})

async function open(csrf: 'endpoint' | 'field' | 'header') {
  const api = await startHeadlessApi({ csrf })
  closing.push(api.close)
  const browser = browse(api.options)
  const signedIn = await browser.signIn()
  expect(signedIn.status).toBe(200)
  return { ...api, browser }
}

const write = (browser: Browser, body: object, path = '/api/notes') => browser.json(path, body)

test.each(['field', 'header', 'endpoint'] as const)(
  'a write has the token from the %s, and the cookies that the API compares it with',
  async (from) => {
    const { browser, state } = await open(from)
    expect(await browser.session()).toMatchObject({ user: { name: 'Ada' } })
    const response = await write(browser, { text: 'one' })
    expect([response.status, response.headers.get('x-csrf-token')]).toEqual([201, null])
    expect(state.writes).toEqual(['{"text":"one"}'])
    const { cookie } = await response.json()
    expect(cookie.split('; ').sort()).toEqual(['csrf=csrf-1', 'fingerprint=f-1'])
  },
)

test('the page does not get the token with the response to the sign-in', async () => {
  const api = await startHeadlessApi({ csrf: 'field' })
  closing.push(api.close)
  const { answer, snapshot } = await (await browse(api.options).signIn()).json()
  expect([snapshot.status, answer]).toEqual(['authenticated', { session: {} }])
})

test('the endpoint is requested once, before the sign-in', async () => {
  const { browser, state } = await open('endpoint')
  await write(browser, {})
  await write(browser, {})
  expect(state.seen).toEqual([
    'GET /csrf',
    'POST /users/sign_in',
    'GET /users/current',
    'POST /api/notes',
    'POST /api/notes',
  ])
})

test.each(['header', 'endpoint'] as const)(
  'a write that is refused because of an old token is sent once more with a new one (%s)',
  async (from) => {
    const { browser, state } = await open(from)
    await write(browser, { text: 'one' })
    state.csrf = 'csrf-2'
    expect((await write(browser, { text: 'two' })).status).toBe(201)
    expect(state.writes).toEqual(['{"text":"one"}', '{"text":"two"}'])
    expect((await write(browser, { text: 'three' })).status, 'the new token is kept').toBe(201)
    expect(state.seen.filter((one) => one === 'POST /api/notes')).toHaveLength(4)
  },
)

test('a refusal for another reason is sent to the page, and the request is not repeated', async () => {
  for (const from of ['field', 'header', 'endpoint'] as const) {
    const { browser, state } = await open(from)
    expect((await write(browser, {}, '/api/refused')).status).toBe(403)
    expect(
      state.seen.filter((one) => one === 'POST /api/refused'),
      from,
    ).toHaveLength(1)
  }
})

test('a token that was requested just for this write is not requested again', async () => {
  const api = await startHeadlessApi({ csrf: 'endpoint', isCsrfSkippedAtSignIn: true })
  closing.push(api.close)
  const browser = browse({ ...api.options, signIn: { path: '/users/sign_in', csrf: false } })
  await browser.signIn()
  api.state.isMasked = true
  expect((await write(browser, {}, '/api/refused')).status).toBe(403)
  expect(api.state.seen.filter((one) => /csrf|refused/.test(one))).toEqual(['GET /csrf', 'POST /api/refused'])
})

test('a sign-out has the token and the cookies', async () => {
  const { browser, state } = await open('field')
  expect(await (await browser.signOut()).json()).toMatchObject({ isConfirmed: true })
  expect(state.seen.at(-1)).toBe('DELETE /users/sign_out')
})

test('the token of a page does not replace the token of the session', async () => {
  const { browser, state } = await open('field')
  const response = await browser.fetch('/api/notes', {
    method: 'POST',
    body: '{}',
    headers: { 'x-csrf-token': 'forged', cookie: `${browser.cookieHeader}; csrf=forged` },
  })
  expect([response.status, state.writes.length]).toEqual([201, 1])
})

test('a `<meta>` is no source for a server, and an endpoint elsewhere is refused', () => {
  const options = {
    api: 'https://api.test',
    secret: 'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR1oQyVtMx5iA=',
    signIn: '/login',
  }
  const make = (from: object) => () =>
    createBff({ ...options, csrf: { header: 'X-CSRF-Token', from: from as { field: string } } })
  expect(make({ meta: 'csrf-token' })).toThrow(
    'csrf: Must be false, { header, value } or { header, cookie } with texts that a header can hold, or { header, from } with { field }, { responseHeader } or { endpoint }, but is',
  )
  expect(make({ endpoint: 'https://other.test/csrf' })).toThrow('csrf.from.endpoint')
  expect(make({ endpoint: '/csrf' })).not.toThrow()
})
