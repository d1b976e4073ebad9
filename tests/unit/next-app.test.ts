import { NextRequest } from 'next/server.js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createNextAuth, type NextAuthOptions } from '../../js/next/index.js'
import { ADA, browse, fakeTime, ORIGIN, pass, startApi } from './server/browser.js'

/** The request that Next would be answering, and what it keeps of cookies. */
const request = vi.hoisted(() => ({
  cookies: new Map<string, string>(),
  isRendering: false,
  path: '/',
  action: '',
}))
/** What was asked of Next, in order. */
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
      set({ name, value, maxAge }: { name: string; value: string; maxAge?: number }) {
        if (request.isRendering)
          throw new Error('Cookies can only be modified in a Server Action or Route Handler.')
        if (maxAge === 0) request.cookies.delete(name)
        else request.cookies.set(name, value)
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

/** What `redirect()` of Next throws. */
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
])('a server action signs in with %s, and out', async (_, credentials) => {
  const auth = create()
  const answer = await auth.signIn(credentials)
  expect(answer).toMatchObject({ user: { name: 'Ada' } })
  expect(JSON.stringify(answer)).not.toMatch(/ey[\w-]+\./)
  expect((await auth.getSession()).snapshot).toMatchObject({ status: 'authenticated', user: { name: 'Ada' } })
  await auth.signOut()
  expect((await auth.getSession()).snapshot.status).toBe('unauthenticated')
  expect(server.api.journal.entries().at(-1)).toMatchObject({ method: 'DELETE', path: '/api/v1/logout' })
})

test('a refused sign-in says so to the action, and changes no session', async () => {
  const refused = create().signIn(formOf({ ...ADA, password: 'wrong' }))
  await expect(refused).rejects.toMatchObject({ code: 'refused', status: 401 })
  expect([...request.cookies]).toEqual([])
})

test('while rendering, nobody is signed in or out: the cookie could not be set, and the API is not asked', async () => {
  request.isRendering = true
  const auth = create()
  await expect(auth.signIn(ADA)).rejects.toThrow('Cookies can only be modified')
  await expect(auth.signOut()).rejects.toThrow('Cookies can only be modified')
  expect(server.api.journal.entries()).toEqual([])
})

test('Next is told of the request before a session asks for the time', async () => {
  const now = vi.spyOn(Date, 'now').mockImplementation(() => {
    asked.push('time')
    return 0
  })
  await create().getSession()
  now.mockRestore()
  expect(asked.slice(0, 2)).toEqual(['connection', 'cookies'])
  expect(asked).toContain('time')
})

test('a cookie that the proxy has just deleted hides none that it has set', async () => {
  const browser = browse(server.options)
  await browser.signIn()
  const [[name = '', value = ''] = []] = browser.cookies
  // The session has outgrown one cookie. So the store of Next has the one that is deleted.
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
])(
  '`next build` needs no environment: what is wrong with `%s` is said at the first request',
  async (...row) => {
    const [option, value, code] = row
    const error = expect.objectContaining({ code, option })
    const auth = create({ [option]: value })
    await expect(auth.proxy(new NextRequest(ORIGIN))).rejects.toEqual(error)
    await expect(auth.handlers.GET(new Request(`${ORIGIN}/api/auth/session`))).rejects.toEqual(error)
    await expect(auth.getSession()).rejects.toEqual(error)
    expect(() => create({ [option]: value, guard: { 'no path': {} } })).toThrow('guard no path')
  },
)

/** Somebody whose token the API refuses from now on, though it has not expired. */
async function doubted() {
  const browser = browse(server.options)
  await browser.signIn()
  for (const [name, value] of browser.cookies) request.cookies.set(name, value)
  pass(5000)
  server.api.tokens.expireAll()
  return browser
}

test('a page whose token the API refuses is led through a refresh, comes back, and gets its data', async () => {
  Object.assign(request, { isRendering: true, path: '/notes?x=1' })
  const browser = await doubted()
  const auth = create()
  const bounce = await auth.fetch('/api/v1/notes').catch((error: Redirect) => error.message)
  expect(bounce).toBe('/api/auth/refresh?to=%2Fnotes%3Fx%3D1')
  // A link in a mail leads to the page, and the browser says so of all that follows.
  const response = await browser.fetch(String(bounce), { headers: { 'sec-fetch-site': 'cross-site' } })
  expect([response.status, response.headers.get('location')]).toEqual([303, '/notes?x=1'])
  expect(server.refreshes().total).toBe(1)
  for (const [name, value] of browser.cookies) request.cookies.set(name, value)
  expect(((await auth.fetch('/api/v1/notes')) as Response).status).toBe(200)
})

test('a page is not led there again when that did not help', async () => {
  Object.assign(request, { isRendering: true, path: '/notes' })
  const browser = await doubted()
  const auth = create()
  server.api.faults.add({ route: 'refresh', kind: 'status', status: 503 })
  const response = await browser.fetch('/api/auth/refresh?to=/notes')
  expect(response.headers.get('location')).toBe('/notes')
  for (const [name, value] of browser.cookies) request.cookies.set(name, value)
  expect(((await auth.fetch('/api/v1/notes')) as Response).status).toBe(401)
})

test('the router of Next gets nothing from there, so that the browser opens it, and no token is spent', async () => {
  const browser = await doubted()
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
  'promise 20: the refresh leads to pages of the application only: %s',
  async (to) => {
    const browser = browse(server.options)
    const response = await browser.fetch(`/api/auth/refresh?${new URLSearchParams({ to })}`)
    expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
  },
)

test('where nothing says which page it is, or a cookie can be set, none is left', async () => {
  await doubted()
  const auth = create()
  Object.assign(request, { isRendering: true, path: '' })
  expect((await auth.fetch('/api/v1/notes')).status).toBe(401)
  Object.assign(request, { isRendering: false, path: '/notes' })
  expect((await auth.fetch('/api/v1/notes')).status).toBe(200)
})

test('an action can have the token refreshed that has not expired, once', async () => {
  await doubted()
  const auth = create()
  expect((await auth.refresh()).snapshot.status).toBe('authenticated')
  expect((await auth.refresh()).snapshot.status).toBe('authenticated')
  expect(server.refreshes().total).toBe(1)
})

test.each([
  ['a page', { isRendering: true }, '/sign-in?redirect=%2Fnotes'],
  ['an action that a script has sent', { action: '1' }, '/sign-in?redirect=%2Fnotes'],
  ['a route handler, or an action without a script', {}, '/app/sign-in?redirect=%2Fnotes'],
])(
  'with `basePath`, whoever may not be there is led to a page below it, where Next adds none: %s',
  async (_, where, to) => {
    vi.stubEnv('__NEXT_ROUTER_BASEPATH', '/app')
    Object.assign(request, { path: '/notes' }, where)
    await expect(create().requireSession()).rejects.toThrow(new Redirect(to))
  },
)
