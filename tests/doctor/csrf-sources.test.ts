import { expect, test } from 'vitest'
import { type Asked, isAda, type Reply, random, standIn } from './apis/stand-in.js'
import { diagnose } from './listener.js'

interface Api {
  /** The response of an endpoint or page that gives the token. */
  gives?: (route: string, token: string) => Reply | undefined
  /** Added to the response of the sign-in. */
  granted?: (token: string) => Partial<Reply>
  /** The header that writes need. */
  header?: string
  isSignInOpen?: boolean
}

/** An API with a session in an HttpOnly cookie, which requires the CSRF token of this session in a header. */
function api({ gives, granted, header = 'x-csrf-token', isSignInOpen = false }: Api) {
  const sessions = new Map<string, { token: string; isIn: boolean }>()
  function open(isIn: boolean) {
    const [id, token] = [random(), random(32)]
    sessions.set(id, { token, isIn })
    return { token, headers: { 'Set-Cookie': `sid=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=900` } }
  }
  return standIn((asked: Asked) => {
    const { route, body } = asked
    const id = asked.cookie('sid') ?? ''
    const session = sessions.get(id)
    const shown = gives?.(route, session?.token ?? '')
    if (shown) {
      const { token, headers } = session ? { token: session.token, headers: {} } : open(false)
      const reply = gives?.(route, token) as Reply
      return { ...reply, headers: { ...reply.headers, ...headers } }
    }
    if (route === 'GET /me')
      return session?.isIn ? { status: 200, body: { user: { id: 7 } } } : { status: 401, body: {} }
    if (!route.startsWith('POST')) return { status: 404, body: {} }
    const isGenuine = session !== undefined && asked.header(header) === session.token
    if (!isGenuine && !(isSignInOpen && route === 'POST /login'))
      return { status: 403, body: { error: 'invalid csrf token' } }
    if (route === 'POST /logout') {
      sessions.delete(id)
      return { status: 204, headers: { 'Set-Cookie': 'sid=; Path=/; HttpOnly; Max-Age=0' } }
    }
    if (!isAda(body.email, body.password)) return { status: 401, body: {} }
    sessions.delete(id)
    const { token, headers } = open(true)
    const more = granted?.(token)
    return {
      status: 200,
      body: { user: { id: 7 }, ...(more?.body as object) },
      headers: { ...headers, ...more?.headers },
    }
  })
}

const json = (path: string, body: (token: string) => object) => (route: string, token: string) =>
  route === `GET ${path}` ? { status: 200, body: body(token) } : undefined
const page = (path: string, element: (token: string) => string) => (route: string, token: string) =>
  route === `GET ${path}`
    ? { status: 200, text: `<!doctype html>${element(token)}`, headers: { 'Content-Type': 'text/html' } }
    : undefined

const spring = (token: string) => ({ parameterName: '_csrf', headerName: 'X-CSRF-TOKEN', token })

test.each<[string, Api, string]>([
  [
    'a field of the sign-in',
    { isSignInOpen: true, granted: (token) => ({ body: { meta: { csrfToken: token } } }) },
    "{ header: 'X-CSRF-Token', from: { field: 'meta.csrfToken' } }",
  ],
  [
    'a header of the sign-in',
    {
      isSignInOpen: true,
      header: 'x-xsrf-token',
      granted: (token) => ({ headers: { 'X-XSRF-Token': token } }),
    },
    "{ header: 'X-XSRF-Token', from: { responseHeader: 'X-XSRF-Token' } }",
  ],
  [
    'an endpoint of Express',
    { gives: json('/api/csrf-token', (token) => ({ csrfToken: token })) },
    "{ header: 'X-CSRF-Token', from: { endpoint: '/api/csrf-token', field: 'csrfToken' } }",
  ],
  [
    'an endpoint with the usual name of the field',
    { gives: json('/csrf', (token) => ({ csrf_token: token })) },
    "{ header: 'X-CSRF-Token', from: { endpoint: '/csrf' } }",
  ],
  [
    'the endpoint of Spring',
    { gives: json('/csrf', spring) },
    "{ header: 'X-CSRF-Token', from: { endpoint: '/csrf', field: 'token' } }",
  ],
  [
    'a header of an endpoint',
    {
      gives: (route, token) =>
        route === 'GET /csrf' ? { status: 204, headers: { 'X-CSRF-Token': token } } : undefined,
    },
    "{ header: 'X-CSRF-Token', from: { endpoint: '/csrf', responseHeader: 'X-CSRF-Token' } }",
  ],
  [
    'a <meta> element of the sign-in page',
    { gives: page('/login', (token) => `<meta content='${token}' name=_csrf>`) },
    "{ header: 'X-CSRF-Token', from: { meta: '_csrf', endpoint: '/login' } }",
  ],
  [
    'an endpoint, with a sign-in that needs no token',
    { isSignInOpen: true, gives: json('/csrf', (token) => ({ csrf_token: token })) },
    "{ header: 'X-CSRF-Token', from: { endpoint: '/csrf' } }",
  ],
])('doctor finds a CSRF token in %s, and suggests options that work', async (_, given, csrf) => {
  const options = { refresh: 'none', signOut: 'POST /logout' }
  const { report, finding, evidence } = await diagnose(api(given), options)
  expect(evidence('options.work')).toBe('')
  expect(report.suggestion?.code).toContain(`  csrf: ${csrf},\n`)
  expect(report.suggestion?.tried).toEqual(['sign-in', 'request', 'reload', 'refresh', 'sign-out'])
  expect(finding('sign-out.works')?.severity).toBe('ok')
})

test('across origins, doctor prefers an endpoint to a page, which CORS rarely allows', async () => {
  const listener = api({
    gives: (route, token) =>
      page('/', (token) => `<meta name="csrf-token" content="${token}">`)(route, token) ??
      json('/csrf', (token) => ({ csrf_token: token }))(route, token),
  })
  const options = { origin: 'http://127.0.0.1:5173', refresh: 'none', signOut: 'POST /logout' }
  const { report } = await diagnose(listener, options)
  expect(report.suggestion?.code).toContain("from: { endpoint: '/csrf' }")
})

test('a CSRF token that no request needs is not suggested', async () => {
  const sessions = new Set<string>()
  const listener = standIn(({ route, body, cookie }) => {
    if (route === 'GET /me')
      return sessions.has(cookie('sid') ?? '') ? { status: 200, body: { user: { id: 7 } } } : { status: 401 }
    if (route === 'POST /logout') {
      sessions.delete(cookie('sid') ?? '')
      return { status: 204 }
    }
    if (route !== 'POST /login') return { status: 404 }
    if (!isAda(body.email, body.password)) return { status: 401, body: {} }
    const id = random()
    sessions.add(id)
    const headers = { 'Set-Cookie': `sid=${id}; Path=/; HttpOnly; SameSite=Lax` }
    return { status: 200, body: { user: { id: 7 }, csrf_token: random(32) }, headers }
  })
  const { report } = await diagnose(listener, { refresh: 'none', signOut: 'POST /logout' })
  expect(report.suggestion?.code).toContain("credential: 'cookie'")
  expect(report.suggestion?.code).not.toContain('csrf')
})
