import { afterEach, expect, test, vi } from 'vitest'
import type { BffOptions } from '../../../js/server/index.js'
import { type Browser, browse, fakeTime, pass, serve } from './browser.js'
import { createProcesses } from './strict-api.js'

const closing: (() => void)[] = []
afterEach(() => {
  vi.useRealTimers()
  for (const close of closing.splice(0)) close()
})

/** An API whose refresh changes the tenant, refuses a foreign one and spends each refresh token. */
async function open(more: { [Name in keyof BffOptions]?: BffOptions[Name] | undefined } = {}) {
  const state = { refresh: '', grants: 0, bodies: [] as Record<string, unknown>[], status: 0, delay: 0 }
  const { options, close } = await serve(async (request, response) => {
    const body = JSON.parse((await request.setEncoding('utf8').toArray()).join('') || '{}')
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (request.url === '/api/tenant')
      return json(200, { token: request.headers.authorization?.replace('access-', 'number ') })
    if (request.url === '/refresh') {
      state.bodies.push(body)
      if (state.delay) await new Promise((resolve) => setTimeout(resolve, state.delay))
      if (state.status) return json(state.status, {})
      if (body.refresh_token !== state.refresh) return json(401, { reason: 'spent' })
      if (body.tenant === 'foreign') return json(403, { error: 'not_a_member', token: 'secret-1' })
    }
    state.grants += 1
    state.refresh = `refresh-${state.grants}`
    json(200, {
      access_token: `access-${state.grants}`,
      refresh_token: state.refresh,
      expires_in: 60,
      user: { tenant: body.tenant ?? 'home' },
    })
  })
  closing.push(close)
  const browser = browse({
    ...options,
    refresh: '/refresh',
    refreshToken: 'body',
    logger: false,
    ...more,
  } as BffOptions)
  await browser.signIn()
  const refresh = async (body?: object) => {
    const response = await browser.fetch('/api/auth/refresh', {
      method: 'POST',
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  return { browser, refresh, state }
}

const stale = ({ bff, cookies }: Browser) => {
  const other = browse({
    api: 'http://localhost:1',
    secret: 'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR1oQyVtMx5iA=',
    signIn: '/',
  })
  Object.assign(other, { bff })
  for (const [name, value] of cookies) other.cookies.set(name, value)
  return other
}

test('the members of a refresh are sent to the API, beside the refresh token, which they cannot replace', async () => {
  const { refresh, state } = await open()
  const { status, body } = await refresh({ tenant: 'acme', refresh_token: 'forged' })
  expect([status, body.snapshot.user]).toEqual([200, { tenant: 'acme' }])
  expect(state.bodies).toEqual([{ tenant: 'acme', refresh_token: 'refresh-1' }])
})

test('a refused body rejects with the answer of the API without tokens, and the session goes on with its token', async () => {
  fakeTime()
  const { browser, refresh, state } = await open()
  const { status, body } = await refresh({ tenant: 'foreign' })
  expect([status, body.error, body.body]).toEqual([403, 'refused', { error: 'not_a_member' }])
  expect(await (await browser.fetch('/api/tenant')).json()).toEqual({ token: 'Bearer number 1' })
  pass(2000)
  expect((await refresh()).body.snapshot.user).toEqual({ tenant: 'home' })
  expect(state.grants, 'the next refresh is an ordinary one').toBe(2)
})

test('even a status that ends sessions does not end one if the API refuses a body', async () => {
  const { browser, refresh, state } = await open()
  state.status = 401
  expect((await refresh({ tenant: 'acme' })).body.error).toBe('refused')
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
})

test('an API that fails rejects a refresh with a body as unreachable', async () => {
  const { browser, refresh, state } = await open()
  state.status = 503
  expect(await refresh({ tenant: 'acme' })).toMatchObject({ status: 503, body: { error: 'unreachable' } })
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
})

test('refreshes with and without a body spend each token once, however they overlap', async () => {
  fakeTime()
  const { browser, refresh, state } = await open()
  const old = stale(browser)
  state.delay = 50
  pass(50_000)
  const results = await Promise.all([
    refresh({ tenant: 'acme' }),
    old.session(),
    refresh({ tenant: 'umbrella' }),
    old.session(),
  ])
  expect(results.map((result) => result.body?.snapshot.status ?? result.status)).toEqual(
    Array(4).fill('authenticated'),
  )
  expect(new Set(state.bodies.map((body) => body.refresh_token)).size).toBe(state.bodies.length)
  expect(
    state.bodies
      .map(({ tenant }) => tenant)
      .filter(Boolean)
      .sort(),
  ).toEqual(['acme', 'umbrella'])
})

test('a request that waits for a refresh with a body is refreshed after the API has refused the body', async () => {
  fakeTime()
  const { browser, refresh, state } = await open()
  state.delay = 50
  pass(61_000)
  const refused = refresh({ tenant: 'foreign' })
  await vi.waitUntil(() => state.bodies.length > 0)
  const [{ body }, response] = await Promise.all([refused, stale(browser).fetch('/api/tenant')])
  expect([body.error, response.status]).toEqual(['refused', 200])
})

test('with a store, a refresh with a body is sent after the refresh of another instance', async () => {
  fakeTime()
  const items = new Map<string, string>()
  const store = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
  const processes = createProcesses()
  processes.enter(0)
  const { refresh, state } = await open({ store })
  processes.enter(1)
  pass(50_000)
  await refresh()
  processes.enter(0)
  pass(10_000)
  expect((await refresh({ tenant: 'acme' })).body.snapshot.user).toEqual({ tenant: 'acme' })
  expect(state.bodies.map((body) => body.refresh_token)).toEqual(['refresh-1', 'refresh-2'])
})

test('a page that believes to have another session cannot change the tenant of this one', async () => {
  const { browser, state } = await open()
  const headers = { 'x-tokencell-session': 'another' }
  const response = await browser.fetch('/api/auth/refresh', {
    method: 'POST',
    headers,
    body: '{"tenant":"acme"}',
  })
  expect([response.status, (await response.json()).error, state.bodies]).toEqual([409, 'replaced', []])
})

test('a body that is not a JSON object is refused, and so is one for an API without a refresh', async () => {
  const { browser, refresh, state } = await open()
  const malformed = await browser.fetch('/api/auth/refresh', { method: 'POST', body: '[1]' })
  expect([(await malformed.json()).error, state.bodies]).toEqual(['body-malformed', []])
  const { refresh: without } = await open({ refresh: undefined })
  expect((await without({ tenant: 'acme' })).body.error).toBe('endpoint-missing')
  expect((await refresh()).status).toBe(200)
})
