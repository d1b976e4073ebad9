import { afterEach, expect, test, vi } from 'vitest'
import type { BffOptions } from '../../../js/server/index.js'
import { browse, fakeTime, pass, serve } from './browser.js'

/** A JWT that the API accepts for the second step only. */
const CHALLENGE = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x'

/** An API that sends the user only from its own endpoint, and whose sign-in may need a second factor. */
async function openApi(more: Partial<BffOptions> = {}) {
  let role = 'admin'
  const calls: string[] = []
  const failing = new Set<string>()
  const jwt = () => {
    const payload = {
      sub: 7,
      role,
      iat: Math.floor(Date.now() / 1000),
      exp: Math.floor(Date.now() / 1000) + 60,
    }
    return `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.x`
  }
  const { url, options, close } = await serve((request, response) => {
    const path = request.url ?? ''
    calls.push(path)
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (failing.has(path)) return json(503, {})
    if (path === '/login') return json(200, { mfa_required: true, challenge: 'c-1' })
    if (path === '/step') return json(200, { mfa_token: CHALLENGE })
    if (path === '/wrong') return json(403, { mfa_token: CHALLENGE, other: CHALLENGE.replace('.e', '.f') })
    if (path === '/otp' || path === '/refresh') return json(200, { access_token: jwt() })
    if (path === '/signup') return json(202, { message: 'Check your mail.' })
    if (path === '/me') return json(200, { user: { id: 7, name: 'Ada', role: 'admin' } })
    return json(404, {})
  })
  const browser = browse({
    ...options,
    refresh: '/refresh',
    exchanges: { otp: '/otp', signUp: '/signup', step: '/step', wrong: '/wrong' },
    user: '/me',
    proxy: ['/**'],
    logger: false,
    ...more,
  })
  const signIn = async (by?: string) => {
    const path = `/api/auth/sign-in${by ? `?by=${by}` : ''}`
    const init = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }
    const response = await browser.fetch(path, init)
    return { status: response.status, body: await response.json() }
  }
  return { url, browser, signIn, calls, failing, close, demote: () => (role = 'user') }
}

const closing: (() => void)[] = []
afterEach(() => {
  vi.useRealTimers()
  for (const close of closing.splice(0)) close()
})

async function open(more?: Partial<BffOptions>) {
  const api = await openApi(more)
  closing.push(api.close)
  return api
}

test('a sign-in that needs a second factor is pending, changes no session and sets no cookie', async () => {
  const { browser, signIn } = await open()
  const { status, body } = await signIn()
  expect([status, body.isPending, body.answer]).toEqual([200, true, { mfa_required: true, challenge: 'c-1' }])
  expect(body.snapshot).toMatchObject({ status: 'unauthenticated', reason: 'never' })
  expect(browser.cookies.size).toBe(0)
})

test('the second step begins the session, and the user comes from the endpoint of the API', async () => {
  const { signIn, calls } = await open()
  const { body } = await signIn('otp')
  expect(body).toMatchObject({
    isPending: false,
    snapshot: { status: 'authenticated', user: { name: 'Ada' } },
  })
  expect(calls).toEqual(['/otp', '/me'])
})

test('a challenge that is a JWT reaches the page only if the options name it, also in a refusal', async () => {
  const { signIn } = await open({ fields: { challenge: 'mfa_token' } })
  expect((await signIn('step')).body).toMatchObject({ isPending: true, answer: { mfa_token: CHALLENGE } })
  expect((await signIn('wrong')).body.body).toEqual({ mfa_token: CHALLENGE })
  const unnamed = await open()
  expect((await unnamed.signIn('step')).body).toMatchObject({ error: 'token-missing' })
  expect((await unnamed.signIn('wrong')).body.body).toEqual({})
})

test('202 is pending, whatever the body says', async () => {
  const { signIn } = await open()
  expect((await signIn('signUp')).body).toMatchObject({
    isPending: true,
    answer: { message: 'Check your mail.' },
  })
})

test('an exchange that the options do not have is refused with the names that they have', async () => {
  const { signIn, calls } = await open()
  const { body } = await signIn('magic')
  expect(body.message).toBe(
    'by: There is no such exchange. The names are: otp, signUp, step, wrong. Add it to `exchanges`.',
  )
  expect(calls).toEqual([])
})

test('the user is asked for once for each session, and a refresh does not ask again', async () => {
  fakeTime()
  const { browser, signIn, calls } = await open()
  await signIn('otp')
  pass(50_000)
  expect(await browser.session()).toMatchObject({ user: { name: 'Ada' } })
  expect(calls).toEqual(['/otp', '/me', '/refresh'])
})

test('a role that a refresh has taken away is known from the newer claims', async () => {
  fakeTime()
  const { browser, signIn, demote } = await open()
  await signIn('otp')
  expect(await browser.session()).toMatchObject({ claimsAreNewer: false, user: { role: 'admin' } })
  demote()
  pass(50_000)
  expect(await browser.session()).toMatchObject({ claimsAreNewer: true, claims: { role: 'user' } })
})

test('without a user the session goes on, and the next refresh asks again', async () => {
  fakeTime()
  const { browser, signIn, failing } = await open()
  failing.add('/me')
  expect((await signIn('otp')).body.snapshot).toMatchObject({ status: 'authenticated', user: null })
  failing.delete('/me')
  pass(50_000)
  expect(await browser.session()).toMatchObject({ user: { name: 'Ada' } })
})

test('a page can ask for the user again, and keeps the previous one if the API fails', async () => {
  const { browser, signIn, calls, failing } = await open()
  await signIn('otp')
  const reload = async () => (await browser.fetch('/api/auth/user', { method: 'POST' })).json()
  expect((await reload()).snapshot.user).toMatchObject({ name: 'Ada' })
  failing.add('/me')
  expect((await reload()).snapshot.user).toMatchObject({ name: 'Ada' })
  expect(calls).toEqual(['/otp', '/me', '/me', '/me'])
})

test('no rule of the proxy lets a page reach an exchange', async () => {
  const { browser, calls } = await open()
  for (const path of ['/otp', '/signup', '/OTP', '/otp/', '/otp.json'])
    expect((await browser.fetch(path, { method: 'POST' })).status, path).toBe(403)
  expect(calls).toEqual([])
})
