import { $fetch } from 'ofetch'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { explain } from '../../js/common/errors.js'
import { provideAuth } from '../../js/nuxt/runtime/app.js'
import { $authFetch, useAuth, useAuthFetch } from '../../js/nuxt/runtime/composables.js'
import { createTestAuth, type TestAuthOptions } from '../../js/testing.js'
import { type App, openApp, pageAt, type Settings } from './nuxt-app.js'

vi.mock('nuxt/app', () => import('./nuxt-app.js'))

beforeEach(() => {
  vi.stubGlobal('window', {})
  vi.stubGlobal('$fetch', $fetch)
})
afterEach(() => vi.unstubAllGlobals())

const ADA = { user: { id: 1, roles: ['reader'] } as never }
const BOB = { user: { id: 2 } as never }

/** An app with this session. */
function open(options: TestAuthOptions<never> = {}, settings: Settings = {}, hydrated?: Promise<unknown>) {
  const auth = createTestAuth<never>(options)
  const app = openApp(settings)
  app.runWithContext(() => provideAuth(app as never, auth, hydrated))
  return { auth, app }
}

/** Requests a page. Returns the path of the page that opens, with its query. */
async function visit(app: App, path: string) {
  await app.router.push(path).catch(() => {})
  return app.router.currentRoute.value.fullPath
}

const NOTES = pageAt('/notes', true)
const ADMIN = pageAt('/admin', { roles: ['admin'] })

test('promise 20: the guards check `auth` of a page, and redirect a guest to the sign-in page', async () => {
  const { app, auth } = open({}, { routes: [NOTES] })
  expect(await visit(app, '/about')).toBe('/about')
  expect(await visit(app, '/notes')).toBe('/sign-in?redirect=/notes')
  auth.become(ADA)
  expect(await visit(app, '/notes')).toBe('/notes')
})

test('promise 20: in a closed app, only the sign-in page and pages with `auth: false` are open to guests', async () => {
  const routes = [pageAt('/open', false), pageAt('/login')]
  const { app } = open({}, { routes, shown: { global: true }, own: { pages: { signIn: '/login' } } })
  expect(await visit(app, '/open')).toBe('/open')
  expect(await visit(app, '/about')).toBe('/login?redirect=/about')
})

test('promise 20: a user without the role gets the error 403, or the page `forbidden`', async () => {
  const refused = open({ session: ADA }, { routes: [ADMIN] })
  await expect(refused.app.router.push('/admin')).rejects.toMatchObject({ statusCode: 403, fatal: true })
  const forbidden = { pages: { signIn: '/sign-in', forbidden: '/no' } }
  const { app } = open({ session: ADA }, { routes: [ADMIN, pageAt('/no')], shown: forbidden })
  expect(await visit(app, '/admin')).toBe('/no')
})

test('promise 20: with the option `roles`, guards and components read the roles there', async () => {
  const session = { user: { permissions: ['admin'], roles: ['reader'] } as never }
  const { app } = open({ session }, { routes: [ADMIN], shown: { roles: 'user.permissions' } })
  expect(await visit(app, '/admin')).toBe('/admin')
  expect(app.runWithContext(() => useAuth()).roles.value).toEqual(['admin'])
  expect(open({ session }).app.runWithContext(() => useAuth()).roles.value).toEqual(['reader'])
})

test('a page that a server has rendered is not redirected, and its session is loading, until it has hydrated', async () => {
  let hydrate = () => {}
  const hydrated = new Promise<void>((resolve) => {
    hydrate = resolve
  })
  const fetch = () => Response.json({})
  const { app, auth } = open({ session: 'signed-out', fetch }, { routes: [NOTES] }, hydrated)
  expect(await visit(app, '/notes')).toBe('/notes')
  const { status, fetch: send } = app.runWithContext(() => useAuth())
  expect(status.value).toBe('loading')
  await expect(send('https://api.example.com/notes')).rejects.toMatchObject({ code: 'session-ended' })
  expect(auth.requests).toEqual([])
  hydrate()
  await vi.waitFor(() => expect(app.router.currentRoute.value.path).toBe('/sign-in'))
  expect(status.value).toBe('unauthenticated')
})

test('a page whose server knew the session sends requests as usual', async () => {
  const { app, auth } = open({ session: 'never', fetch: () => Response.json({}) }, { routes: [NOTES] })
  const { fetch } = app.runWithContext(() => useAuth())
  expect((await fetch('https://api.example.com/notes')).status).toBe(200)
  expect(auth.requests).toHaveLength(1)
})

test('when the session cannot be determined, Nuxt shows the error 503 instead of the page', async () => {
  const { app } = open({ session: { failure: 'unreachable' } }, { routes: [NOTES] })
  await visit(app, '/notes')
  expect(app.error).toMatchObject({
    statusCode: 503,
    statusMessage: 'Service Unavailable',
    fatal: true,
    cause: { code: 'unreachable' },
  })
})

test.each([
  [
    'an error of this package is shown with its text',
    explain('core-missing' as never, 'Copy the file.'),
    500,
  ],
  ['an error of the application is left to Nuxt', new Error('mine'), undefined],
])('an error of a navigation: %s', async (_, error, status) => {
  const { app } = open({}, {})
  app.router.beforeEach(() => Promise.reject(error))
  await visit(app, '/about')
  if (status === undefined) expect(app.error).toBeUndefined()
  else
    expect(app.error).toMatchObject({ statusCode: status, fatal: true, message: error.message, cause: error })
})

test('the hooks report a sign-in, the end of a session, and another user', async () => {
  const { app, auth } = open({ session: ADA })
  const calls: unknown[] = []
  for (const name of ['signed-in', 'ended', 'identity-changed'])
    app.hook(`tokencell:${name}`, (...args: unknown[]) => void calls.push([name, ...args]))
  auth.emit({ type: 'signed-in' })
  auth.emit({ type: 'ended', reason: 'revoked' })
  auth.emit({ type: 'signed-out' })
  await vi.waitFor(() => expect(calls).toEqual([['signed-in'], ['ended', 'revoked']]))
  const previous = auth.snapshot
  auth.become(BOB)
  await vi.waitFor(() => expect(calls).toHaveLength(3))
  expect(calls[2]).toEqual(['identity-changed', { previous, current: auth.snapshot }])
})

test('all hooks about another user are called at once, so that no component shows the data of the previous one', () => {
  const { app, auth } = open({ session: ADA })
  const calls: string[] = []
  for (const name of ['first', 'second'])
    app.hook('tokencell:identity-changed', () => {
      calls.push(name)
      return new Promise(() => {})
    })
  auth.become('signed-out')
  expect(calls).toEqual(['first', 'second'])
})

test('data that the application keeps for the previous user is cleared', () => {
  const { app, auth } = open({ session: ADA })
  Object.assign(app.payload.data, { notes: ['of Ada'], posts: ['public'] })
  const getCachedData = (key: string) => app.payload.data[key]
  const { options } = app.runWithContext(() =>
    (useAuthFetch as unknown as AuthFetch)('/api/v1/notes', { getCachedData }, 'notes'),
  )
  expect(options.getCachedData('notes')).toEqual(['of Ada'])
  auth.become(BOB)
  expect(app.payload.data).toEqual({ posts: ['public'] })
})

/** As `useFetch` of the test app responds: with the arguments that it gets. */
type AuthFetch = (
  url: string,
  ...more: unknown[]
) => {
  url: string
  key: string
  options: { getCachedData(key: string): unknown; $fetch: typeof $fetch; server?: boolean; lazy?: boolean }
}

/** An app whose API responds with the URL of each request. */
const echoing = (settings?: Settings) =>
  open({ session: ADA, fetch: ({ url, method }) => Response.json([method, url]) }, settings)

test('`useAuthFetch` requests as the user, on the server, too, and has the key that the module adds', async () => {
  const { app, auth } = echoing()
  const ask = useAuthFetch as unknown as AuthFetch
  const [plain, withOptions] = app.runWithContext(() => [
    ask('/api/v1/notes', 'key'),
    ask('/api/v1/notes', { lazy: true }, 'key'),
  ])
  expect(plain).toMatchObject({ url: '/api/v1/notes', key: 'key' })
  expect(plain?.options).not.toHaveProperty('server')
  expect(withOptions).toMatchObject({ url: '/api/v1/notes', key: 'key', options: { lazy: true } })
  const url = 'https://api.example.com/notes'
  expect(await plain?.options.$fetch(url)).toEqual(['GET', url])
  expect(auth.requests).toHaveLength(1)
})

test('with a vault, `useAuthFetch` requests in the browser only, unless the call says otherwise', () => {
  const { app } = echoing({ shown: { mode: 'vault' } })
  const ask = useAuthFetch as unknown as AuthFetch
  const optionsOf = (...more: unknown[]) => app.runWithContext(() => ask('/api/v1/notes', ...more)).options
  expect(optionsOf('key')).toMatchObject({ server: false })
  expect(optionsOf({ lazy: true }, 'key')).toMatchObject({ server: false, lazy: true })
  expect(optionsOf({ server: true }, 'key')).toMatchObject({ server: true })
})

test('`$authFetch` requests as the user, with all functions of `$fetch`', async () => {
  const { app, auth } = echoing()
  const url = 'https://api.example.com/notes'
  const within = <T>(work: () => T) => app.runWithContext(work)
  expect(await within(() => $authFetch(url as string, { method: 'POST' }))).toEqual(['POST', url])
  expect((await within(() => $authFetch.raw(url as string)))._data).toEqual(['GET', url])
  const below = within(() => $authFetch.create({ baseURL: 'https://api.example.com' }))
  expect(await below('/notes' as string)).toEqual(['GET', url])
  expect(auth.requests).toHaveLength(3)
})

test('on a server, each app has a session and requests of its own, and none outside of an app', async () => {
  const [ada, bob] = [echoing(), echoing()]
  const url = 'https://api.example.com/notes'
  for (const { app } of [ada, bob, ada]) await app.runWithContext(() => $authFetch(url as string))
  expect([ada.auth.requests.length, bob.auth.requests.length]).toEqual([2, 1])
  bob.auth.become('signed-out')
  const statusOf = ({ app }: typeof ada) => app.runWithContext(() => useAuth()).status.value
  expect([statusOf(ada), statusOf(bob)]).toEqual(['authenticated', 'unauthenticated'])
  expect(() => useAuth()).toThrow('instance unavailable')
})
