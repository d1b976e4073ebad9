// @vitest-environment jsdom
import './late-fetch.js'

import { act, type ReactNode, StrictMode } from 'react'
import { createRoot, hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, expect, test, vi } from 'vitest'
import { AuthProvider, type ReactAuth, useAuth } from '../../js/adapters/react.js'
import { createBffAuth, type SessionInfo } from '../../js/bff/client.js'
import { createTestAuth } from '../../js/testing.js'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
const roots: Root[] = []
afterEach(async () => {
  for (const root of roots.splice(0)) await act(() => root.unmount())
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

function Who() {
  const { status, user, isAuthenticated, hasRole } = useAuth<{ name: string }>()
  return <p>{`${status} ${user?.name ?? '-'} ${isAuthenticated} ${hasRole('admin')}`}</p>
}

async function mount(node: ReactNode) {
  const element = document.createElement('div')
  const root = createRoot(element)
  roots.push(root)
  await act(() => root.render(<StrictMode>{node}</StrictMode>))
  return element
}

const ADA = { user: { name: 'Ada', roles: ['admin'] } }

test('promise 1: components show the session and each of its changes', async () => {
  const auth = createTestAuth<unknown>({ session: 'loading' })
  const element = await mount(
    <AuthProvider auth={auth}>
      <Who />
    </AuthProvider>,
  )
  expect(element.textContent).toBe('loading - false false')
  await act(() => auth.become(ADA))
  expect(element.textContent).toBe('authenticated Ada true true')
  await act(() => auth.become('revoked'))
  expect(element.textContent).toBe('unauthenticated - false false')
})

test('components show why the session cannot be determined', async () => {
  const auth = createTestAuth<unknown>({ session: 'loading' })
  function Why() {
    const { status, failure } = useAuth()
    return <p>{`${status} ${failure}`}</p>
  }
  const element = await mount(
    <AuthProvider auth={auth}>
      <Why />
    </AuthProvider>,
  )
  expect(element.textContent).toBe('loading null')
  await act(() => auth.become({ failure: 'unreachable' }))
  expect(element.textContent).toBe('loading unreachable')
  await act(() => auth.become('never'))
  expect(element.textContent).toBe('unauthenticated null')
})

test('components show the reason that the API gave for ending the session', async () => {
  const auth = createTestAuth<unknown>({ session: ADA })
  function Why() {
    const { reason, serverReason } = useAuth()
    return <p>{`${reason} ${serverReason}`}</p>
  }
  const element = await mount(
    <AuthProvider auth={auth}>
      <Why />
    </AuthProvider>,
  )
  expect(element.textContent).toBe('null undefined')
  await act(() => auth.become({ reason: 'revoked', serverReason: 'ended_by_admin' }))
  expect(element.textContent).toBe('revoked ended_by_admin')
})

test('components get every member of the snapshot, and the functions of the client', async () => {
  const auth = createTestAuth<unknown>({
    session: { ...ADA, endsAt: 9, idle: { endsAt: 7 } },
    refresh: () => ({ claims: { role: 'editor' } }),
    ticket: (path) => `ticket of ${path}`,
  })
  let session = {} as ReactAuth<unknown>
  function Inside() {
    session = useAuth<unknown>()
    return <p>{session.roles.join()}</p>
  }
  const element = await mount(
    <AuthProvider auth={auth}>
      <Inside />
    </AuthProvider>,
  )
  expect(session).toMatchObject(auth.snapshot)
  await act(() => session.stay())
  expect([session.idle, session.endsAt, element.textContent]).toEqual([null, 9, 'admin'])
  await act(() => session.refresh())
  expect([session.claimsAreNewer, element.textContent]).toEqual([true, 'editor'])
  expect(await session.ticket('/cable')).toBe('ticket of /cable')
  for (const call of [session.restore, session.reloadUser]) expect((await call()).user).toEqual(ADA.user)
})

test('roles may be read from another place with a function', async () => {
  const auth = createTestAuth<unknown>({ session: { claims: { scp: 'admin' } } })
  const element = await mount(
    <AuthProvider auth={auth} roles={({ claims }) => [String(claims?.scp)]}>
      <Who />
    </AuthProvider>,
  )
  expect(element.textContent).toBe('authenticated - true true')
})

test('without a provider, the error names the missing element', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  expect(() => renderToString(<Who />)).toThrow('<AuthProvider auth={auth}>')
})

test('a page hydrates with the session that the server rendered, and makes no request', async () => {
  const fetch = vi.fn()
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.stubGlobal('fetch', fetch)
  const snapshot = createTestAuth<unknown>({ session: ADA }).snapshot
  const session = { snapshot, session: 'abc' } as SessionInfo<unknown>
  const auth = createBffAuth<unknown>()
  const page = (
    <AuthProvider auth={auth} session={session}>
      <Who />
    </AuthProvider>
  )
  const element = document.createElement('div')
  element.innerHTML = renderToString(page)
  expect(element.textContent).toBe('authenticated Ada true true')
  await act(() => roots.push(hydrateRoot(element, page)))
  expect([element.textContent, fetch.mock.calls, error.mock.calls]).toEqual([
    'authenticated Ada true true',
    [],
    [],
  ])
  auth.dispose()
})

test('with a vault, the server renders `loading`, and the page then shows the session', async () => {
  const auth = createTestAuth<unknown>({ session: ADA })
  const page = (
    <AuthProvider auth={auth}>
      <Who />
    </AuthProvider>
  )
  const element = document.createElement('div')
  element.innerHTML = renderToString(page)
  expect(element.textContent).toBe('loading - false false')
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  await act(() => roots.push(hydrateRoot(element, page)))
  expect([element.textContent, error.mock.calls]).toEqual(['authenticated Ada true true', []])
})
