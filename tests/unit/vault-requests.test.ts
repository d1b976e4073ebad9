import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { decodeBase64url } from '../../js/vault/base64url.js'
import { applyCredential, readHeaders, withoutCredential } from '../../js/vault/credential.js'
import { setCsrf } from '../../js/vault/exchange.js'
import { resolveOptions } from '../../js/vault/options.js'
import { outgoing, ownRequest } from '../../js/vault/outgoing.js'
import { createRequestEvents } from '../../js/vault/request-events.js'

/** Requests of a vault to the API, before the core adds the token. */

beforeEach(() => {
  vi.stubGlobal('location', new URL('https://app.test/'))
})
afterEach(() => vi.unstubAllGlobals())

const { signal } = new AbortController()
const READERS = { readCookie: async () => 'from-the-cookie' }
const HEADERS = { headers: ['access-token', 'client'] }
const CSRF = { header: 'X-CSRF', value: 'one' }

/** A request with this `init` after the vault has prepared it. */
async function prepared(
  options: Omit<Parameters<typeof resolveOptions>[0], 'signIn'>,
  init: Parameters<typeof outgoing>[0]['init'] = {},
  readers: Parameters<typeof applyCredential>[2] = READERS,
) {
  const request = outgoing({ url: 'https://api.test/x', init }, null, signal)
  await applyCredential(request, resolveOptions({ signIn: '/login', ...options }), readers)
  const { redirect, credentials } = request.init
  return { redirect, credentials, csrf: request.headers.get('x-csrf') }
}

const UNCHANGED = { redirect: undefined, credentials: undefined, csrf: null }

test('a request with a token in `Authorization` gets no cookies and no CSRF header', async () => {
  expect(await prepared({ csrf: CSRF }, { method: 'POST' })).toEqual(UNCHANGED)
  expect(await prepared({ credential: 'bearer', csrf: CSRF }, { method: 'POST' })).toEqual(UNCHANGED)
})

test('a request with a token in `Authorization` gets cookies and the CSRF header that the API has given', async () => {
  const csrf = { header: 'X-CSRF', from: { endpoint: '/csrf' } } as const
  const readers = { ...READERS, source: { read: async () => 'given' } }
  expect(await prepared({ csrf }, { method: 'POST' }, readers)).toEqual({
    redirect: undefined,
    credentials: 'include',
    csrf: 'given',
  })
})

test('promise 13: a request with credential headers does not follow redirects, unless its page handles them', async () => {
  const redirectOf = async (options: object, init = {}) => (await prepared(options, init)).redirect
  expect(await redirectOf({ credential: HEADERS })).toBe('error')
  expect(await redirectOf({ credential: HEADERS }, { redirect: 'follow' })).toBe('error')
  expect(await redirectOf({ credential: HEADERS }, { redirect: 'manual' })).toBe('manual')
  expect(await redirectOf({ credential: 'cookie' }, { redirect: 'follow' })).toBe('follow')
  expect(await redirectOf({}, { redirect: 'follow' })).toBe('follow')
})

test('a request whose credential is a cookie or headers is sent with cookies, unless its page omits them', async () => {
  for (const credential of ['cookie', HEADERS] as const) {
    expect((await prepared({ credential })).credentials).toBe('include')
    expect((await prepared({ credential }, { credentials: 'same-origin' })).credentials).toBe('include')
    const omitted = await prepared({ credential, csrf: CSRF }, { credentials: 'omit', method: 'POST' })
    expect(omitted).toMatchObject({ credentials: 'omit', csrf: null })
  }
})

test('only writes get the CSRF header, and a header of the page is kept', async () => {
  const csrfOf = async (init: object) => (await prepared({ credential: 'cookie', csrf: CSRF }, init)).csrf
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) expect(await csrfOf({ method })).toBe('one')
  for (const method of ['GET', 'HEAD', 'OPTIONS', undefined]) expect(await csrfOf({ method })).toBeNull()
  expect(await csrfOf({ method: 'POST', headers: [['x-csrf', 'mine']] })).toBe('mine')
})

test('the CSRF header has its fixed value, that of the cookie, or that of the API, and is left out without one', async () => {
  const headersOf = async (csrf: unknown, readers: Parameters<typeof setCsrf>[2] = READERS) => {
    const headers = new Headers()
    await setCsrf(headers, csrf as Parameters<typeof setCsrf>[1], readers)
    return [...headers]
  }
  expect(await headersOf(false)).toEqual([])
  expect(await headersOf(CSRF)).toEqual([['x-csrf', 'one']])
  expect(await headersOf({ header: 'X-CSRF', cookie: 'csrf' })).toEqual([['x-csrf', 'from-the-cookie']])
  const asked = vi.fn(async () => '')
  expect(await headersOf({ header: 'X-CSRF', cookie: 'csrf' }, { readCookie: asked })).toEqual([
    ['x-csrf', ''],
  ])
  expect(asked).toHaveBeenCalledWith('csrf')
  expect(await headersOf({ header: 'X-CSRF', cookie: 'csrf' }, { readCookie: async () => null })).toEqual([])
  const from = { header: 'X-CSRF', from: { endpoint: '/csrf' } }
  expect(await headersOf(from, { ...READERS, source: { read: async () => 'given' } })).toEqual([
    ['x-csrf', 'given'],
  ])
  expect(await headersOf(from)).toEqual([])
})

test('credential headers are read together, and a response with one of them missing or blank has none', () => {
  const read = (headers: Record<string, string>) =>
    readHeaders(new Response(null, { headers }), 'access-token,client')
  expect(read({ 'access-token': 'a', client: 'b' })).toBe('a\nb')
  expect(read({ 'access-token': 'a' })).toBeUndefined()
  expect(read({ 'access-token': 'a', client: '' })).toBeUndefined()
  expect(read({})).toBeUndefined()
})

test('promise 3: the headers of the options do not reach the page, and a response without them is not copied', () => {
  const config = resolveOptions({ signIn: '/login', credential: HEADERS, renewHeader: 'X-Renewed' })
  const response = new Response('', { headers: { client: 'b', 'x-renewed': 'c', 'x-a': '1' } })
  expect([...withoutCredential(response, config).headers.keys()].sort()).toEqual(['content-type', 'x-a'])
  const plain = new Response('', { headers: { 'x-a': '1' } })
  expect(withoutCredential(plain, config)).toBe(plain)
})

test('a request of the vault itself is not cached, accepts JSON and is aborted after 30 seconds', () => {
  const timeout = vi.spyOn(AbortSignal, 'timeout')
  const { init, headers, signal } = ownRequest('https://api.test/me', { method: 'GET' })
  expect(init).toMatchObject({ method: 'GET', cache: 'no-store', body: null })
  expect([...headers]).toEqual([['accept', 'application/json']])
  expect(timeout.mock.calls).toEqual([[30_000]])
  expect(signal).toBe(timeout.mock.results[0]?.value)
  expect(init.signal).toBe(signal)
})

test('the `init` of a request inherits nothing, and its body can be sent again unless it is a stream', () => {
  const request = { url: 'https://api.test/x', init: { method: 'PUT', headers: [['x-a', '1']] } } as never
  const text = outgoing(request, 'text', signal, 7)
  expect(Object.getPrototypeOf(text.init)).toBeNull()
  expect(text).toMatchObject({ url: 'https://api.test/x', isReplayable: true, session: 7, signal })
  expect({ ...text.init }).toEqual({ method: 'PUT', headers: text.headers, signal, body: 'text' })
  const body = new Blob(['x']).stream()
  const streamed = outgoing(request, body, signal)
  expect(streamed.isReplayable).toBe(false)
  expect({ ...streamed.init }).toMatchObject({ body, duplex: 'half' })
})

test('the event of a request has no query and no fragment, and no event is made without a listener', () => {
  const { add, clear, requested } = createRequestEvents()
  const request = (url: string, init = {}) => outgoing({ url, init }, null, signal)
  requested(request('https://api.test/a'), 'direct', 200, 1)
  const heard = vi.fn()
  const stop = add(heard)
  for (const end of ['', '?token=1', '#token=1', '?a=1#b'])
    requested(request(`https://api.test/a${end}`, { method: 'POST' }), 'retry' as never, 401, 5)
  requested(request('https://api.test/b'), 'direct', undefined, 5)
  const event = {
    type: 'request',
    via: 'retry',
    method: 'POST',
    url: 'https://api.test/a',
    status: 401,
    millis: 5,
  }
  const events = heard.mock.calls.map(([event]) => event)
  expect(events.slice(0, 4)).toEqual([event, event, event, event])
  expect(events[4]).toMatchObject({ method: 'GET', url: 'https://api.test/b', status: null })
  stop()
  requested(request('https://api.test/a'), 'direct', 200, 1)
  add(heard)
  clear()
  requested(request('https://api.test/a'), 'direct', 200, 1)
  expect(heard).toHaveBeenCalledTimes(5)
})

test('the parts of a token are decoded from base64url, and every text has only one spelling', () => {
  expect(decodeBase64url('eyJzdWIiOiIxIn0')).toBe('{"sub":"1"}')
  expect(decodeBase64url('')).toBe('')
  // Characters that differ from base64: `-` and `_`, more than once.
  expect(decodeBase64url('Pz8_Pz8_')).toBe('??????')
  expect(decodeBase64url('fn5-fn5-')).toBe('~~~~~~')
  expect(decodeBase64url('77u_YQ')).toBe('\ufeffa')
  for (const wrong of ['Pz8/Pz8/', 'fn5+fn5+', 'YQ==', 'YR', 'Y', 'Y Q', 'a.b', '_w', 'gA'])
    expect(decodeBase64url(wrong), wrong).toBeUndefined()
})

test('without options, a vault is named tokencell, sends its token as Bearer to the origin of its page, and forgets it after 60 s', () => {
  const options = resolveOptions({ signIn: '/login' })
  expect(options).toMatchObject({
    name: 'tokencell',
    scheme: 'Bearer',
    credential: 'bearer',
    forgetAfter: 60,
    origins: ['https://app.test'],
    refreshToken: 'cookie',
    csrf: { header: 'X-Requested-With', value: 'tokencell' },
    exchanges: [],
  })
  for (const name of ['refresh', 'signOut', 'user', 'check', 'refreshHeader', 'renewHeader', 'idle'])
    expect(options[name as keyof typeof options], name).toBeUndefined()
  expect(Object.getPrototypeOf(options)).toBeNull()
})

test('the options of a vault replace each default', () => {
  const options = resolveOptions({
    signIn: '/login',
    refresh: '/refresh',
    name: 'app',
    scheme: 'Token',
    forgetAfter: 5,
    origins: ['https://api.test'],
    credential: { headers: ['Access-Token', 'Client'] },
    refreshToken: { header: 'X-Refresh' },
    renewHeader: 'X-Renewed',
    check: '/me',
    csrf: CSRF,
  })
  expect(options).toMatchObject({
    name: 'app',
    scheme: 'Token',
    forgetAfter: 5,
    origins: ['https://api.test'],
    credential: 'access-token,client',
    refreshToken: 'body',
    refreshHeader: 'X-Refresh',
    renewHeader: 'x-renewed',
    check: { path: '/me', method: 'GET' },
    csrf: CSRF,
  })
})

test('only the response to a sign-in can contain a challenge', () => {
  const options = resolveOptions({
    signIn: '/login',
    refresh: '/refresh',
    fields: { challenge: 'otp' } as never,
  })
  expect(options.signIn?.fields.challenge).toBe('otp')
  expect(options.refresh?.fields.challenge).not.toBe('otp')
})
