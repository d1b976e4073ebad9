import './late-fetch.js'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { explain } from '../../js/common/errors.js'
import type { Auth } from '../../js/common/types.js'
import clientPlugin from '../../js/nuxt/runtime/bff.client.js'
import serverPlugin from '../../js/nuxt/runtime/bff.server.js'
import { useAuth } from '../../js/nuxt/runtime/composables.js'
import { offerSession } from '../../js/nuxt/runtime/server/context.js'
import vaultPlugin from '../../js/nuxt/runtime/vault.js'
import { createTestAuth } from '../../js/testing.js'
import { type App, openApp, pageAt, type Settings } from './nuxt-app.js'
import { paths, rendered, site, useSite } from './page.js'

vi.mock('nuxt/app', () => import('./nuxt-app.js'))
/** Written by the module: starts the vault. */
const vault = vi.hoisted(() => ({ connect: (_: object): unknown => undefined }))
vi.mock('#build/tokencell/auth', () => ({ connect: (options: object) => vault.connect(options) }))

/** The clients that the plugins create, which the page of a test must not leave behind. */
const clients = vi.hoisted(() => [] as { dispose(): void }[])
vi.mock('../../js/bff/client.js', async (original) => {
  const { createBffAuth, ...others } = await original<typeof import('../../js/bff/client.js')>()
  const create: typeof createBffAuth = (options) => {
    const client = createBffAuth<never>(options)
    clients.push(client)
    return client
  }
  return { ...others, createBffAuth: create }
})
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose()
})

type Plugin = { setup(app: never): unknown }

async function start(plugin: unknown, settings: Settings = {}) {
  const app = openApp(settings)
  await app.runWithContext(() => (plugin as Plugin).setup(app as never))
  return app
}

const sessionIn = (app: App) => app.runWithContext(() => useAuth())
const NOTES = pageAt('/notes', true)

test('other plugins find those of this module by one name, and they run after the router', () => {
  for (const plugin of [clientPlugin, serverPlugin, vaultPlugin])
    expect(plugin).toMatchObject({ name: 'tokencell', dependsOn: ['nuxt:router'] })
})

describe('in a browser, with a server that holds the session', () => {
  useSite()

  const payloadOf = (info: unknown, later?: unknown) => ({
    serverRendered: true,
    state: { tokencell: info, ...(later !== undefined && { 'tokencell:later': later }) },
  })
  const hydrate = (app: App) => app.callHook('app:suspense:resolve')

  test('a page starts with the session that the server has rendered, and does not request it', async () => {
    await site.browser.signIn()
    const info = await rendered()
    const app = await start(clientPlugin, { payload: payloadOf(info) })
    expect(sessionIn(app).user.value).toMatchObject({ name: 'Ada' })
    await hydrate(app)
    expect([sessionIn(app).status.value, paths()]).toEqual(['authenticated', []])
  })

  test('a page that was rendered for all visitors requests the session, and is loading until it has hydrated', async () => {
    await site.browser.signIn()
    const app = await start(clientPlugin, { payload: payloadOf(null) })
    const { status, ready } = sessionIn(app)
    expect(status.value).toBe('loading')
    await ready
    expect([status.value, paths()]).toEqual(['loading', ['/api/auth/session']])
    await hydrate(app)
    await vi.waitFor(() => expect(status.value).toBe('authenticated'))
  })

  test('a page that no server has rendered requests the session at once', async () => {
    await site.browser.signIn()
    const info = await rendered()
    await site.browser.signOut()
    const app = await start(clientPlugin, { payload: { state: { tokencell: info } } })
    const { status } = sessionIn(app)
    await vi.waitFor(() => expect(status.value).toBe('unauthenticated'))
    expect(paths()).toEqual(['/api/auth/session'])
  })

  test('a session that has changed during rendering is shown after the hydration', async () => {
    await site.browser.signIn()
    const info = await rendered()
    await site.browser.signOut()
    const app = await start(clientPlugin, { payload: payloadOf(info, await rendered()) })
    const { status } = sessionIn(app)
    expect(status.value).toBe('authenticated')
    await hydrate(app)
    await vi.waitFor(() => expect(status.value).toBe('unauthenticated'))
    expect(paths()).toEqual([])
  })

  test('with `app.baseURL`, the routes of the session are below it, and requests have the headers of the app', async () => {
    await site.browser.signIn()
    const info = await rendered()
    site.answers.set('/field/api/auth/session', () => Response.json(info))
    const own = { headers: () => ({ 'accept-language': 'fr' }) }
    const app = await start(clientPlugin, { baseURL: '/field/', own })
    await sessionIn(app).ready
    await sessionIn(app).fetch('/api/v1/notes')
    expect(paths()).toEqual(['/field/api/auth/session', '/api/v1/notes'])
    expect(site.asked[1]?.request.headers.get('accept-language')).toBe('fr')
  })
})

describe('while a server renders', () => {
  const NOBODY = { status: 'unauthenticated', user: null, claims: null, reason: 'never' }
  const ada = (more: object = {}) => ({
    status: 'authenticated',
    user: { name: 'Ada', ...more },
    claims: null,
    reason: null,
  })
  const infoOf = (snapshot: object, session: string | null = 'a') => ({ snapshot, session, at: 0 })

  /** A request whose session is each of these in turn, or fails with the error. */
  function requestOf(infos: (object | Error)[], context: object = {}) {
    const event = { context, node: { req: {} } }
    const asked: unknown[][] = []
    const left = [...infos]
    const info = async () => {
      const next = left.length > 1 ? left.shift() : left[0]
      if (next instanceof Error) throw next
      return next
    }
    const fetchAsPage = async (...args: unknown[]) => {
      asked.push(args)
      return Response.json('from the server')
    }
    offerSession(event as never, () => ({ info, fetchAsPage }) as never)
    return { event, asked }
  }

  test('the page gets the session of the request, and its requests are sent as this visitor, with the headers of the app', async () => {
    const info = infoOf(ada())
    const { event, asked } = requestOf([info])
    const own = { headers: () => ({ 'accept-language': 'fr' }) }
    const app = await start(serverPlugin, { event, own })
    const { user, ready, snapshot, fetch } = sessionIn(app)
    expect([user.value, app.state.tokencell?.value]).toEqual([{ name: 'Ada' }, info])
    expect(await ready).toBe(snapshot.value)
    const init = { method: 'POST' }
    expect(await (await fetch('/api/v1/notes', init)).json()).toBe('from the server')
    const [input, given, headers] = asked[0] ?? []
    expect([input, given]).toEqual(['/api/v1/notes', init])
    expect((headers as () => object)()).toEqual({ 'accept-language': 'fr' })
  })

  test('everything else than reading is refused', async () => {
    const app = await start(serverPlugin, { event: requestOf([infoOf(ada())]).event })
    const auth = sessionIn(app)
    const calls = [
      () => auth.signIn({}),
      () => auth.signOut(),
      () => auth.refresh(),
      () => auth.reloadUser(),
      () => auth.restore(),
      () => auth.stay(),
      () => auth.ticket('/ticket'),
    ]
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'not-in-browser' })
  })

  test.each([
    ['is prerendered, without a request', undefined],
    ['is cached for all visitors', requestOf([infoOf(ada())], { cache: {} }).event],
  ])('promise 23: a page that %s has no session, and sends no requests', async (_, event) => {
    const app = await start(serverPlugin, { event })
    const { status, fetch } = sessionIn(app)
    expect([status.value, app.state.tokencell?.value]).toEqual(['loading', null])
    await expect(fetch('/api/v1/notes')).rejects.toMatchObject({ code: 'not-in-browser' })
    await app.callHook('app:rendered')
    expect(app.state['tokencell:later']?.value).toBeNull()
  })

  test('while the store does not answer, the session is loading, with the failure', async () => {
    const { event } = requestOf([explain('unreachable', 'The store does not answer.')])
    const app = await start(serverPlugin, { event, routes: [NOTES] })
    expect(sessionIn(app).snapshot.value).toMatchObject({ status: 'loading', failure: 'unreachable' })
    expect(app.state.tokencell?.value).toBeNull()
  })

  test('an unexpected failure ends the rendering', async () => {
    await expect(start(serverPlugin, { event: requestOf([new Error('no memory')]).event })).rejects.toThrow(
      'no memory',
    )
  })

  /** Renders a page for the first session. The second is that of the response. */
  async function render(infos: object[], path: string, routes = [NOTES]) {
    const app = await start(serverPlugin, { event: requestOf(infos).event, routes })
    await app.runWithContext(() => app.router.push(path))
    expect(app.router.currentRoute.value.fullPath).toBe(path)
    await app.callHook('app:rendered')
    return { later: app.state['tokencell:later']?.value, redirectedTo: app.redirectedTo }
  }

  test('a session that is the same when the page has been rendered is sent once', async () => {
    expect(await render([infoOf(ada()), infoOf(ada())], '/notes')).toEqual({
      later: null,
      redirectedTo: undefined,
    })
  })

  test.each([
    ['the user has changed', infoOf(ada({ name: 'Ada L.' }))],
    ['another session of the same user has begun', infoOf(ada(), 'b')],
  ])('the browser gets the session of the response, too, if it differs: %s', async (_, now) => {
    expect(await render([infoOf(ada()), now], '/notes?x=1#top')).toEqual({
      later: now,
      redirectedTo: undefined,
    })
  })

  test('promise 20: a page whose user has lost the session while it was rendered is not sent', async () => {
    const now = infoOf({ ...NOBODY, reason: 'revoked' }, null)
    const { later, redirectedTo } = await render([infoOf(ada()), now], '/notes?x=1')
    expect([later, redirectedTo]).toEqual([now, '/sign-in?redirect=/notes?x=1'])
    expect((await render([infoOf(ada()), now], '/about')).redirectedTo).toBeUndefined()
  })
})

describe('in a browser with a vault', () => {
  beforeEach(() => void vi.stubGlobal('window', {}))
  afterEach(() => void vi.unstubAllGlobals())

  /** An app whose vault has this session. */
  async function open(settings: Settings, session: 'never' | 'loading' = 'never') {
    const given: { headers?: () => object }[] = []
    vault.connect = (options) => {
      given.push(options)
      return createTestAuth({ session }) as Auth
    }
    return { app: await start(vaultPlugin, settings), given }
  }

  test('the app has the session of the vault, and requests have the headers of the app', async () => {
    const { app, given } = await open({ own: { headers: () => ({ 'accept-language': 'fr' }) } })
    expect(sessionIn(app).status.value).toBe('unauthenticated')
    expect(given[0]?.headers?.()).toEqual({ 'accept-language': 'fr' })
    expect((await open({})).given).toEqual([{}])
  })

  test('a page that a server has rendered is loading until it has hydrated', async () => {
    const { app } = await open({ payload: { serverRendered: true }, routes: [NOTES] })
    const { status } = sessionIn(app)
    expect(status.value).toBe('loading')
    await app.callHook('app:suspense:resolve')
    await vi.waitFor(() => expect(status.value).toBe('unauthenticated'))
  })
})
