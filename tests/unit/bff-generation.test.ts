/** The page learns from the response of a request that the server has refreshed the token. */
import { afterEach, expect, test, vi } from 'vitest'
import { connect, paths, site, useSite } from './page.js'
import { ADA, fakeTime, pass } from './server/browser.js'

useSite()
afterEach(() => {
  vi.useRealTimers()
})

async function signedIn() {
  fakeTime()
  const page = connect()
  page.watch()
  await page.auth.signIn(ADA)
  return page
}

const sessions = () => paths().filter((path) => path === '/api/auth/session')

test('after ten requests that share a refresh, the page shows the claims of the new token, and has asked once for them', async () => {
  const { auth } = await signedIn()
  const before = auth.snapshot
  const asked = sessions().length
  pass(800_000)
  await Promise.all(Array.from({ length: 10 }, () => auth.fetch('/api/v1/me')))
  await vi.waitFor(() => expect(auth.snapshot.claims?.iat).toBeGreaterThan(before.claims?.iat as number))
  expect(auth.snapshot.expiresAt).toBeGreaterThan(before.expiresAt as number)
  expect(site.server.refreshes().total).toBe(1)
  expect(sessions().length - asked).toBe(1)
})

test('the event `refreshed` says once that the server has refreshed the token', async () => {
  const { auth } = await signedIn()
  const generations: number[] = []
  auth.onEvent((event) => event.type === 'refreshed' && generations.push(event.generation))
  await auth.fetch('/api/v1/me')
  expect(generations).toEqual([])
  pass(800_000)
  await auth.fetch('/api/v1/me')
  await vi.waitFor(() => expect(generations).toEqual([2]))
  await auth.refresh()
  await auth.restore()
  expect(generations).toEqual([2])
})

test('a sign-in of the same user is a new session and no refresh', async () => {
  const { auth } = await signedIn()
  const types: string[] = []
  auth.onEvent(({ type }) => types.push(type))
  await auth.signIn(ADA)
  expect(types).not.toContain('refreshed')
})

test('a response to a request that needed no refresh causes no request for the session', async () => {
  const { auth } = await signedIn()
  const asked = sessions().length
  await auth.fetch('/api/v1/me')
  await auth.fetch('/api/v1/me')
  expect(sessions().length).toBe(asked)
})

test('if the server still shows the older token, the page has asked for the session once, and not after each response', async () => {
  const { auth } = await signedIn()
  const asked = sessions().length
  async function fetchWith(generation: string) {
    const headers = { 'x-tokencell-generation': generation }
    site.answers.set('/api/v1/me', () => new Response('{}', { headers }))
    const before = sessions().length
    await auth.fetch('/api/v1/me')
    return () => vi.waitFor(() => expect(sessions().length).toBeGreaterThan(before))
  }
  await (await fetchWith('7'))()
  await fetchWith('7')
  await fetchWith('7')
  // Requests for the session are sent in order, so those of the previous responses would be counted, too.
  await (await fetchWith('8'))()
  expect(sessions().length).toBe(asked + 2)
})

test('a response without a session has no generation', async () => {
  const { auth } = await signedIn()
  const response = await auth.fetch('/api/v1/me')
  expect(response.headers.get('x-tokencell-generation')).toBe('1')
  await site.browser.signOut()
  const anonymous = await site.browser.fetch('/api/v1/me')
  expect(anonymous.headers.get('x-tokencell-generation')).toBeNull()
})
