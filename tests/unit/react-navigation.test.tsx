// @vitest-environment jsdom
import './late-fetch.js'

import { act, type ReactNode, StrictMode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AuthProvider } from '../../js/adapters/react.js'
import { type BffAuth, createBffAuth, type SessionInfo } from '../../js/bff/client.js'
import { createTestAuth, type TestSession } from '../../js/testing.js'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
const roots: Root[] = []
const clients: BffAuth<unknown>[] = []
beforeEach(() => localStorage.clear())
afterEach(async () => {
  for (const root of roots.splice(0)) await act(() => root.unmount())
  for (const client of clients.splice(0)) client.dispose()
  vi.unstubAllGlobals()
  history.replaceState(null, '', '/')
})

const ADA = { user: { name: 'Ada', roles: ['admin'] } }
const BOB = { user: { name: 'Bob', roles: ['editor'] } }

/** A router that records its calls. */
function createRouter() {
  const calls: string[] = []
  const router = {
    refresh: () => void calls.push('refresh'),
    replace: (path: string) => void calls.push(path),
  }
  return { router, calls }
}

async function mount(node: ReactNode) {
  const root = createRoot(document.createElement('div'))
  roots.push(root)
  const render = (next: ReactNode) => act(() => root.render(<StrictMode>{next}</StrictMode>))
  await render(node)
  return render
}

/** Opens a page whose session the test can change. */
async function open(session: TestSession<unknown>, address = '/') {
  history.replaceState(null, '', address)
  const auth = createTestAuth<unknown>({ session })
  const { router, calls } = createRouter()
  await mount(
    <AuthProvider auth={auth} router={router}>
      {null}
    </AuthProvider>,
  )
  const become = (next: TestSession<unknown>) => act(() => auth.become(next))
  return { become, calls }
}

test.each([
  ['/sign-in?redirect=%2Fnotes%3Fx%3D1%23end', ['/notes?x=1#end', 'refresh']],
  ['/sign-in?redirect=%2Fnotes#end', ['/notes#end', 'refresh']],
  ['/sign-in', ['refresh']],
  ['/sign-in?redirect=//evil.test', ['refresh']],
  ['/sign-in?redirect=https://evil.test/', ['refresh']],
  ['/sign-in?redirect=/%5Cevil.test', ['refresh']],
  ['/sign-in?redirect=/a&redirect=/b', ['refresh']],
])('promise 20: after a sign-in, a page opens the path in `redirect` if it is ours: %s', async (...row) => {
  const [address, expected] = row
  const { become, calls } = await open('never', address)
  expect(calls).toEqual([])
  await become(ADA)
  expect(calls).toEqual(expected)
})

test.each<[string, TestSession<unknown>, TestSession<unknown>]>([
  ['the user signs out', ADA, 'signed-out'],
  ['the session is revoked', ADA, 'revoked'],
  ['another user has signed in', ADA, BOB],
  ['the user has other roles', ADA, { user: { name: 'Ada', roles: [] } }],
  [
    'a refresh brings other claims',
    { ...ADA, claims: { sub: '1', role: 'admin' } },
    { ...ADA, claims: { sub: '1', role: 'editor' }, claimsAreNewer: true },
  ],
  [
    'the claims, which have other roles, become newer than the user',
    { ...ADA, claims: { sub: '1', role: 'editor' } },
    { ...ADA, claims: { sub: '1', role: 'editor' }, claimsAreNewer: true },
  ],
])('the server renders the page again when %s', async (_, before, after) => {
  const { become, calls } = await open(before, '/notes?redirect=/elsewhere')
  await become(after)
  expect(calls).toEqual(['refresh'])
})

test.each<[string, TestSession<unknown>, TestSession<unknown>[]]>([
  ['the first status becomes known', 'loading', ['never']],
  ['the token is refreshed', { ...ADA, expiresAt: 1 }, [{ ...ADA, expiresAt: 2 }]],
  ['the session is requested again', ADA, ['loading', ADA]],
  ['the reason of a missing session becomes known', 'never', ['expired']],
])('the router is not called when %s', async (_, before, after) => {
  const { become, calls } = await open(before, '/notes?redirect=/elsewhere')
  for (const session of after) await become(session)
  expect(calls).toEqual([])
})

test('the server renders the page again when a refresh changes a role that the application reads elsewhere', async () => {
  const auth = createTestAuth<unknown>({ session: { claims: { sub: '1', 'https://a.test/role': 'admin' } } })
  const { router, calls } = createRouter()
  await mount(
    <AuthProvider
      auth={auth}
      router={router}
      roles={({ claims }) => [String(claims?.['https://a.test/role'])]}
    >
      {null}
    </AuthProvider>,
  )
  await act(() => auth.become({ claims: { sub: '1', 'https://a.test/role': 'editor' } }))
  expect(calls).toEqual(['refresh'])
})

/** The session that a server has rendered. */
const rendered = (session: TestSession<unknown>, name: string | null, at: number) =>
  ({ snapshot: createTestAuth<unknown>({ session }).snapshot, session: name, at }) as SessionInfo<unknown>

function client() {
  const auth = createBffAuth<unknown>()
  clients.push(auth)
  return auth
}

test('a session that the server has already rendered causes no refresh of the page', async () => {
  history.replaceState(null, '', '/sign-in')
  const auth = client()
  const { router, calls } = createRouter()
  const page = (session: SessionInfo<unknown>) => (
    <AuthProvider auth={auth} router={router} session={session}>
      {null}
    </AuthProvider>
  )
  const render = await mount(page(rendered('never', null, 1)))
  await render(page(rendered(ADA, 'a', 2)))
  await render(page(rendered('signed-out', null, 3)))
  expect(calls).toEqual([])
})

test('after a sign-out, every tab is rendered again as soon as the server has confirmed it, and not earlier', async () => {
  const session = rendered(ADA, 'a', 1)
  let answer = (_: Response) => {}
  vi.stubGlobal(
    'fetch',
    () =>
      new Promise<Response>((resolve) => {
        answer = resolve
      }),
  )
  const [here, elsewhere] = [client(), client()]
  const [first, second] = [createRouter(), createRouter()]
  for (const [auth, { router }] of [
    [here, first],
    [elsewhere, second],
  ] as const)
    await mount(
      <AuthProvider auth={auth} router={router} session={session}>
        {null}
      </AuthProvider>,
    )
  const leaving = here.signOut()
  await vi.waitFor(() => expect(elsewhere.snapshot.reason).toBe('signed-out'))
  expect([first.calls, second.calls]).toEqual([[], []])
  answer(Response.json({ ...rendered('signed-out', null, 2), isConfirmed: true }))
  await leaving
  await vi.waitFor(() => expect([first.calls, second.calls]).toEqual([['refresh'], ['refresh']]))
})

test('a sign-in by a server action is shown in other tabs', async () => {
  const asked = vi.fn(async (_path: string) => Response.json(rendered(ADA, 'a', 3)))
  vi.stubGlobal('fetch', asked)
  const [here, elsewhere] = [client(), client()]
  for (const auth of [here, elsewhere]) {
    auth.hydrate(rendered('never', null, 1))
    auth.subscribe(() => {})
  }
  here.hydrate(rendered(ADA, 'a', 2))
  await vi.waitFor(() => expect(elsewhere.snapshot.status).toBe('authenticated'))
  expect(asked.mock.calls.map(([path]) => path)).toEqual(['/api/auth/session'])
})
