import { NextRequest } from 'next/server.js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createNextAuth, type NextAuthOptions } from '../../js/next/index.js'
import { ADA, browse, fakeTime, ORIGIN, pass, startApi } from './server/browser.js'

/** The request that Next currently handles, and its cookies. */
const request = vi.hoisted(() => ({
  cookies: new Map<string, string>(),
  isRendering: false,
  path: '/',
  action: '',
  /** The attributes of the cookie that was set last. */
  attributes: {} as object,
}))
/** The calls that Next gets, in order. */
const asked = vi.hoisted(() => [] as string[])

vi.mock('next/headers.js', () => ({
  headers: async () =>
    new Headers({
      ...(request.path && { 'x-tokencell-path': request.path }),
      ...(request.action && { 'next-action': request.action }),
    }),
  async cookies() {
    asked.push('cookies')
    return {
      getAll: () => [...request.cookies].map(([name, value]) => ({ name, value })),
      get: (name: string) => (request.cookies.has(name) ? { name } : undefined),
      set({ name, value, ...attributes }: { name: string; value: string; maxAge?: number }) {
        if (request.isRendering)
          throw new Error('Cookies can only be modified in a Server Action or Route Handler.')
        if (attributes.maxAge === 0) return request.cookies.delete(name)
        request.attributes = attributes
        return request.cookies.set(name, value)
      },
    }
  },
}))
vi.mock('next/server.js', async (original) => ({
  ...(await original<object>()),
  connection: async () => void asked.push('connection'),
}))

let server: Awaited<ReturnType<typeof startApi>>
beforeEach(async () => {
  fakeTime()
  Object.assign(request, { isRendering: false, path: '/', action: '' })
  request.cookies.clear()
  asked.length = 0
  server = await startApi()
})
afterEach(async () => {
  await server.close()
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

/** The error that `redirect()` of Next throws. */
class Redirect extends Error {}
vi.mock('next/dist/api/navigation.react-server.js', async (original) => ({
  ...(await original<object>()),
  redirect(path: string) {
    throw new Redirect(path)
  },
}))

const create = (more: Partial<NextAuthOptions> = {}) => createNextAuth({ ...server.options, ...more })

function formOf(fields: Record<string, string>) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return form
}

test.each<[string, Parameters<ReturnType<typeof create>['signIn']>[0]]>([
  ['a form', formOf({ ...ADA, $ACTION_ID_1: 'x', redirect: '/notes' })],
  ['search parameters', new URLSearchParams(ADA)],
  ['an object', ADA],
])('a server action signs the user in with %s, and signs the user out', async (_, credentials) => {
  const auth = create()
  const answer = await auth.signIn(credentials)
  expect(answer).toMatchObject({ status: 'signed-in', body: { user: { name: 'Ada' } } })
  expect(JSON.stringify(answer)).not.toMatch(/ey[\w-]+\./)
  expect((await auth.getSession()).snapshot).toMatchObject({ status: 'authenticated', user: { name: 'Ada' } })
  await auth.signOut()
  expect((await auth.getSession()).snapshot.status).toBe('unauthenticated')
  expect(server.api.journal.entries().at(-1)).toMatchObject({ method: 'DELETE', path: '/api/v1/logout' })
})

test('a refused sign-in rejects in the action with `refused`, and sets no cookie', async () => {
  const refused = create().signIn(formOf({ ...ADA, password: 'wrong' }))
  await expect(refused).rejects.toMatchObject({ code: 'refused', status: 401 })
  expect([...request.cookies]).toEqual([])
})

test('during rendering, sign-in and sign-out reject because no cookie can be set, and the API gets no request', async () => {
  request.isRendering = true
  const auth = create()
  await expect(auth.signIn(ADA)).rejects.toThrow('Cookies can only be modified')
  await expect(auth.signOut()).rejects.toThrow('Cookies can only be modified')
  expect(server.api.journal.entries()).toEqual([])
})

test('a session calls `connection()` and `cookies()` of Next before it reads the time', async () => {
  const now = vi.spyOn(Date, 'now').mockImplementation(() => {
    asked.push('time')
    return 0
  })
  await create().getSession()
  now.mockRestore()
  expect(asked.slice(0, 2)).toEqual(['connection', 'cookies'])
  expect(asked).toContain('time')
})

test('a session cookie that the proxy has just deleted does not hide the numbered cookies that it has set', async () => {
  const browser = browse(server.options)
  await browser.signIn()
  const [[name = '', value = ''] = []] = browser.cookies
  // The session no longer fits into one cookie. The store of Next still lists the deleted one, without a value.
  request.cookies.set(name, undefined as unknown as string)
  const half = value.length / 2
  request.cookies.set(`${name}.0`, value.slice(0, half)).set(`${name}.1`, value.slice(half))
  expect((await create().getSession()).snapshot.status).toBe('authenticated')
})

test.each([
  ['secret', undefined, 'secret-weak'],
  ['secret', '', 'secret-weak'],
  ['secret', 'too short', 'secret-weak'],
  ['api', undefined, 'origin-malformed'],
  ['api', 'api.example.com', 'origin-malformed'],
])('`next build` needs no environment: a wrong `%s` is reported at the first request', async (...row) => {
  const [option, value, code] = row
  const error = expect.objectContaining({ code, option })
  const auth = create({ [option]: value })
  await expect(auth.proxy(new NextRequest(ORIGIN))).rejects.toEqual(error)
  await expect(auth.handlers.GET(new Request(`${ORIGIN}/api/auth/session`))).rejects.toEqual(error)
  await expect(auth.getSession()).rejects.toEqual(error)
  expect(() => create({ [option]: value, guard: { 'no path': {} } })).toThrow('guard no path')
})

/** A signed-in browser. From now on, the API refuses its token, although the token has not expired. */
async function refusedByApi() {
  const browser = browse(server.options)
  await browser.signIn()
  for (const [name, value] of browser.cookies) request.cookies.set(name, value)
  pass(5000)
  server.api.tokens.expireAll()
  return browser
}

test('a page whose token the API refuses redirects the browser to the refresh, and gets its data when the browser returns', async () => {
  Object.assign(request, { isRendering: true, path: '/notes?x=1' })
  const browser = await refusedByApi()
  const auth = create()
  const bounce = await auth.fetch('/api/v1/notes').catch((error: Redirect) => error.message)
  expect(bounce).toBe('/api/auth/refresh?to=%2Fnotes%3Fx%3D1')
  // The browser came from a link in a mail, so that it marks this request as cross-site, too.
  const response = await browser.fetch(String(bounce), { headers: { 'sec-fetch-site': 'cross-site' } })
  expect([response.status, response.headers.get('location')]).toEqual([303, '/notes?x=1'])
  expect(server.refreshes().total).toBe(1)
  for (const [name, value] of browser.cookies) request.cookies.set(name, value)
  expect(((await auth.fetch('/api/v1/notes')) as Response).status).toBe(200)
})

test('a page does not redirect to the refresh when the API asks for a newer sign-in', async () => {
  Object.assign(request, { isRendering: true, path: '/notes' })
  await refusedByApi()
  const challenge = 'Bearer error="insufficient_user_authentication", max_age="300"'
  server.api.faults.add({
    route: 'notes',
    kind: 'status',
    status: 401,
    headers: { 'WWW-Authenticate': challenge },
  })
  const response = (await create().fetch('/api/v1/notes')) as Response
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, challenge])
})

test('a page without a session does not redirect to the refresh', async () => {
  Object.assign(request, { isRendering: true, path: '/notes' })
  expect(((await create().fetch('/api/v1/notes')) as Response).status).toBe(401)
})

test('a page does not redirect to the refresh a second time when the first refresh failed', async () => {
  Object.assign(request, { isRendering: true, path: '/notes' })
  const browser = await refusedByApi()
  const auth = create()
  server.api.faults.add({ route: 'refresh', kind: 'status', status: 503 })
  const response = await browser.fetch('/api/auth/refresh?to=/notes')
  expect(response.headers.get('location')).toBe('/notes')
  for (const [name, value] of browser.cookies) request.cookies.set(name, value)
  expect(((await auth.fetch('/api/v1/notes')) as Response).status).toBe(401)
})

test('the refresh route gives the router of Next plain text, so that the browser opens the route itself, and no refresh is made', async () => {
  const browser = await refusedByApi()
  const ask = (headers: Record<string, string>) =>
    create().handlers.GET(browser.request('/api/auth/refresh?to=/notes', { headers }))
  const response = await ask({ rsc: '1', 'sec-fetch-mode': 'cors' })
  expect([response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
    'text/plain',
    'private, no-store',
  ])
  expect([response.headers.getSetCookie(), server.refreshes().total]).toEqual([[], 0])
  expect((await ask({ 'sec-fetch-mode': 'navigate' })).headers.get('location')).toBe('/notes')
  expect(server.refreshes().total).toBe(1)
})

test.each(['//evil.test', 'https://evil.test/', '/\\evil.test', '/..//evil.test', ''])(
  'promise 20: the refresh redirects only to pages of the application: %s',
  async (to) => {
    const browser = browse(server.options)
    const response = await browser.fetch(`/api/auth/refresh?${new URLSearchParams({ to })}`)
    expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
  },
)

test('no redirect to the refresh happens when the page is unknown, or when a cookie can be set', async () => {
  await refusedByApi()
  const auth = create()
  Object.assign(request, { isRendering: true, path: '' })
  expect((await auth.fetch('/api/v1/notes')).status).toBe(401)
  Object.assign(request, { isRendering: false, path: '/notes' })
  expect((await auth.fetch('/api/v1/notes')).status).toBe(200)
})

test('an action can refresh a token that has not expired, once', async () => {
  await refusedByApi()
  const auth = create()
  expect((await auth.refresh()).snapshot.status).toBe('authenticated')
  expect((await auth.refresh()).snapshot.status).toBe('authenticated')
  expect(server.refreshes().total).toBe(1)
})

test.each([
  ['a page', { isRendering: true }, '/sign-in?redirect=%2Fnotes'],
  ['an action that a script calls', { action: '1' }, '/sign-in?redirect=%2Fnotes'],
  ['a route handler, or an action without a script', {}, '/app/sign-in?redirect=%2Fnotes'],
])(
  'with `basePath`, a user without a session is redirected to a sign-in page below it, also where Next adds no prefix: %s',
  async (_, where, to) => {
    vi.stubEnv('__NEXT_ROUTER_BASEPATH', '/app')
    Object.assign(request, { path: '/notes' }, where)
    await expect(create().requireSession()).rejects.toThrow(new Redirect(to))
  },
)

test('the cookie that an action sets has all attributes of the session cookie', async () => {
  await create().signIn(ADA)
  expect([...request.cookies.keys()]).toEqual(['__Host-tokencell'])
  expect(request.attributes).toMatchObject({ httpOnly: true, secure: true, sameSite: 'lax', path: '/' })
})

test('`requireSession` returns the session of a user whom the rule admits', async () => {
  const auth = create()
  await auth.signIn(ADA)
  expect((await auth.requireSession()).snapshot.status).toBe('authenticated')
  expect((await auth.requireSession({ roles: ['admin'] })).snapshot.user).toMatchObject({ name: 'Ada' })
})

test('`requireSession` shows the not-found page to a user without the role', async () => {
  const auth = create()
  await auth.signIn(ADA)
  const notFound = expect.objectContaining({ digest: 'NEXT_HTTP_ERROR_FALLBACK;404' })
  await expect(auth.requireSession({ roles: ['no such role'] })).rejects.toEqual(notFound)
})

test('while rendering, a refresh with a body is refused before the API is asked, because its result would be lost', async () => {
  await refusedByApi()
  request.isRendering = true
  const auth = create()
  await expect(auth.refresh({ tenant: 'a' })).rejects.toThrow('Cookies can only be modified')
  expect((await auth.refresh()).snapshot.status).toBe('authenticated')
  expect(server.refreshes().total).toBe(0)
})
