import { afterEach, expect, test } from 'vitest'
import { createRules } from '../../../js/next/rules.js'
import { type BffOptions, createBff } from '../../../js/server/index.js'
import { createLog } from '../../../js/server/log.js'
import { browse, ORIGIN, SECRET, serve } from './browser.js'

/** The text of an error names the cause in this situation, and a fix that works in it. */

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const TOKEN = 'token-of-this-session'

/** A signed-in browser. The API answers with these bodies, by path. */
async function open(answers: Record<string, object> = {}, more: Partial<BffOptions> = {}) {
  const { options, close } = await serve((request, response) => {
    const { status = 200, location, ...body } = { ...answers[request.url ?? ''] } as Record<string, unknown>
    const headers = {
      'content-type': 'application/json',
      ...(location ? { location: String(location) } : {}),
    }
    response.writeHead(Number(status), headers)
    response.end(JSON.stringify(request.url === '/login' ? { access_token: TOKEN, ...body } : body))
  })
  closing.push(close)
  const browser = browse({ ...options, exchanges: { otp: '/otp' }, logger: false, ...more })
  await browser.signIn()
  return browser
}

const textOf = async (response: Response | Promise<Response>): Promise<string> =>
  (await (await response).json()).message

/** The text of the error that this function throws. */
function thrownBy(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  return 'no error'
}

const configured = (more: object) =>
  thrownBy(() =>
    createBff({ api: 'https://api.test', secret: SECRET, signIn: '/login', ...more } as BffOptions),
  )

test('a wrong rule of `proxy` is named, with the rules about patterns', () => {
  expect(configured({ proxy: ['/api/**', 'api/notes'] })).toBe(
    'proxy: Must be a path such as "/api/v1/notes/**" or "GET /api/v1/users/*", where "*" is one whole segment and "**" is ' +
      'the last one, but is "api/notes".',
  )
})

test('a wrong pattern of `guard` is named, with the rules about patterns', () => {
  expect(thrownBy(() => createRules({ guard: { '/notes*': {} } }))).toBe(
    'guard /notes*: Must be a path such as "/notes/**" or "/users/*", where "*" is one whole segment and "**" is the last ' +
      'one, but is "/notes*".',
  )
})

test('plain http to another machine names `allowInsecureHttp`', () => {
  expect(configured({ api: 'http://api.internal' })).toContain('`allowInsecureHttp`')
})

test.each([undefined, ''])('an `api` that is not set is told apart from a wrong one: %j', (api) => {
  expect(configured({ api })).toMatch(/^api: This option is not set\./)
  expect(configured({ api: 'api.test' })).toMatch(/^api: This is not an origin\./)
})

test('a secret that is not set is named as a cause', () => {
  expect(configured({ secret: undefined })).toContain('is not set')
})

test('the limit of credentials is named with its size, and `bodyLimit` only where it counts', async () => {
  const browser = await open({}, { bodyLimit: 100 })
  const long = { text: 'x'.repeat(70_000) }
  const own = 'larger than 64 KiB. Send less. `bodyLimit` does not change this limit.'
  expect(await textOf(browser.json('/api/auth/sign-in', long))).toContain(own)
  expect(await textOf(browser.json('/api/auth/refresh', long))).toContain(own)
  expect(await textOf(browser.json('/api/notes', long))).toContain('raise `bodyLimit`')
})

test('a wrong body of `POST /refresh` is not called a token response', async () => {
  const browser = await open()
  expect(await textOf(browser.json('/api/auth/refresh', ['a']))).toBe(
    'The body of `POST /refresh` is not a JSON object. Call `refresh()` with an object, or without a body.',
  )
})

test('a form that cannot be read is not called a token response', async () => {
  const browser = await open()
  const headers = { 'content-type': 'multipart/form-data', host: 'app.test', origin: ORIGIN }
  const request = browser.request('/api/auth/sign-in', { method: 'POST', body: 'x', headers })
  request.headers.delete('x-requested-with')
  expect(await textOf(browser.bff.handle(request))).toMatch(/^This form cannot be read\./)
})

test('three causes of `endpoint-of-session` have three texts', async () => {
  const browser = await open({
    '/api/echo': { seen: TOKEN },
    '/api/sign-up': { access_token: 'another-token' },
  })
  expect(await textOf(browser.json('/api/echo', {}))).toContain('repeats a token of this session')
  expect(await textOf(browser.json('/api/sign-up', {}))).toMatch(
    /name it in `exchanges`.*a rule without `\*` for this path into `proxy`, before all other rules/,
  )
  const named = await open({}, { exchanges: { otp: '/api/otp' } })
  expect(await textOf(named.json('/api/otp', {}))).toMatch(/Call `signIn\(\)`.*with `by`/)
})

test('a rule without `*` helps only if it stands first, as the text says', async () => {
  const answers = { '/api/keys': { access_token: 'another-token' } }
  const last = await open(answers, { proxy: ['/api/**', '/api/keys'] })
  const first = await open(answers, { proxy: ['/api/keys', '/api/**'] })
  expect([(await last.json('/api/keys', {})).status, (await first.json('/api/keys', {})).status]).toEqual([
    403, 200,
  ])
})

const LAN = 'http://192.168.0.7:3000'
const XHR = { 'x-requested-with': 'tokencell' }

test.each<[situation: string, method: string, url: string, headers: Record<string, string>, text: string]>([
  ['no header', 'POST', ORIGIN, { 'sec-fetch-site': 'same-origin' }, 'no X-Requested-With header'],
  ['another site', 'POST', ORIGIN, { ...XHR, 'sec-fetch-site': 'cross-site' }, 'a page of another origin'],
  ['plain http on a phone', 'POST', LAN, { ...XHR, origin: LAN }, '`cookie: { secure: false }`'],
  [
    'a changed host',
    'POST',
    'http://app:3000',
    { ...XHR, origin: ORIGIN },
    'add the origin of the pages to `origins`',
  ],
  ['curl', 'POST', ORIGIN, XHR, 'neither Sec-Fetch-Site nor Origin'],
  [
    'a script of the API',
    'GET',
    ORIGIN,
    { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'script' },
    'as a script, a style or a worker',
  ],
])('`csrf-refused` names its cause: %s', async (_, method, url, headers, text) => {
  const { bff } = await open()
  const host = new URL(url).host
  const request = new Request(new URL('/api/notes', url), { method, headers: { ...headers, host } })
  const response = await bff.handle(request)
  expect(response.headers.get('x-tokencell-error')).toBe('csrf-refused')
  expect(await textOf(response)).toContain(text)
})

test('over plain http, `cookie.secure: false` is what lets the page in, as the text says', async () => {
  const { bff } = await open({}, { cookie: { secure: false } })
  const headers = { ...XHR, origin: LAN, host: new URL(LAN).host }
  const response = await bff.handle(new Request(`${LAN}/api/notes`, { method: 'POST', headers }))
  expect(response.status).toBe(200)
})

test('`not-proxied` tells a missing rule from an unclear path and from a route that does not exist', async () => {
  const browser = await open({}, { proxy: ['/api/v1/**'] })
  expect(await textOf(browser.fetch('/other'))).toContain('Add a rule')
  expect(await textOf(browser.fetch('/api/v1/a%252Fb'))).toContain('Servers read this path in different ways')
  expect(await textOf(browser.fetch('/api/auth/signin'))).toContain('no such route below `basePath`')
})

test('a redirect to a path that is read in different ways is not only called another origin', async () => {
  const browser = await open({ '/api/old': { status: 302, location: '/api/a%252Fb' } })
  expect(await textOf(browser.fetch('/api/old'))).toContain('a path that servers read in different ways')
})

test('a write that the API redirects elsewhere is not told to list that origin, which would not help', async () => {
  const elsewhere = { status: 307, location: 'https://files.test/' }
  const { bff, cookieHeader } = await open({ '/api/files': elsewhere }, { redirects: ['https://files.test'] })
  const session = bff.open(cookieHeader, true, { headers: new Headers() })
  const error = await session.fetch('/api/files', { method: 'POST' }).catch((error) => error)
  expect(error).toMatchObject({ code: 'endpoint-outside-origins' })
  expect(error.message).toContain('which only GET and HEAD requests may follow')
  const { bff: other, cookieHeader: cookie } = await open({ '/api/files': elsewhere })
  const read = await other
    .open(cookie, true, { headers: new Headers() })
    .fetch('/api/files')
    .catch((error) => error)
  expect(read.message).toContain('Add that origin to `redirects`')
})

test('a redirect of an exchange names the exchange, and not `signIn`', async () => {
  const browser = await open({ '/otp': { status: 302, location: '/otp/' } })
  expect(await textOf(browser.json('/api/auth/sign-in?by=otp', {}))).toMatch(/^exchanges\.otp: .*\/otp\/\.$/)
})

test('an unknown exchange is told where to add it, also if there are none', async () => {
  const browser = await open({}, { exchanges: {} })
  expect(await textOf(browser.json('/api/auth/sign-in?by=otp', {}))).toBe(
    'by: There is no such exchange. The names are: (none). Add it to `exchanges`.',
  )
})

test('an empty refresh token is not called a missing access token', async () => {
  const browser = await open({ '/login': { refresh_token: '' } }, { refreshToken: 'body' })
  expect(await textOf(browser.signIn())).toBe(
    'fields.refreshToken: The refresh token in the response is empty. Check `fields` and the API.',
  )
})

test('a sign-out that the API does not understand is not explained by the options of a refresh', () => {
  const lines: string[] = []
  const event = { session: 'a', code: 'status-unexpected', status: 422, willRetry: false } as const
  createLog('https://api.test', (line) => lines.push(line))({ type: 'sign-out-failed', ...event })
  expect(lines.join()).toContain('Correct the path and the method of `signOut`.')
  expect(lines.join()).not.toContain('endsOn')
})
