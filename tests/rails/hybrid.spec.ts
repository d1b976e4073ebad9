import { startRails } from '../../scripts/rails.mjs'
import { test as base, expect } from './fixtures.js'
import { ADA, ask, bearer, said, signIn, signOut } from './raw.js'

const BOB = { ...ADA, email: 'bob@example.com' }

/** An application with pages that use Devise's session cookie, and with the API. */
const test = base.extend<{ url: string; signInToPages: (user: typeof ADA) => Promise<string> }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
  url: async ({}, use) => {
    const { url, end } = await startRails({}, 'tests/rails/hybrid')
    await use(url)
    await end()
  },
  signInToPages: async ({ url }, use) => {
    await use(async ({ email, password }) => {
      const body = new URLSearchParams({ 'user[email]': email, 'user[password]': password })
      const response = await fetch(`${url}/users/sign_in`, { method: 'POST', body })
      expect(response.status).toBe(200)
      return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    })
  },
})

test('a request is authenticated by its bearer token only, or without a token by the session cookie of the pages', async ({
  signInToPages,
  url,
}) => {
  const cookie = await signInToPages(BOB)
  const authorization = bearer(await signIn(url))
  const csrf = { 'x-requested-with': 'tokencell' }
  const me = async (headers: Record<string, string>, method = 'GET') =>
    said(await ask(url, '/me', { method, headers }))
  expect(await me({ authorization })).toEqual([200, { email: ADA.email }])
  expect(await me({ cookie, ...csrf })).toEqual([200, { email: BOB.email }])
  expect(await me({ cookie, authorization })).toEqual([200, { email: ADA.email }])
  expect(await me(csrf)).toEqual([401, { error: 'no_token' }])
  for (const method of ['GET', 'POST']) {
    expect(await me({ cookie }, method)).toEqual([403, { error: 'csrf' }])
    const foreign = { cookie, ...csrf, origin: 'http://evil.example' }
    expect(await me(foreign, method)).toEqual([403, { error: 'origin' }])
  }
  expect((await signOut(url, { authorization })).status).toBe(204)
  const revoked = [401, { error: 'revoked', reason: 'signed_out' }]
  expect(await me({ cookie, authorization, ...csrf }), 'the cookie does not replace a revoked token').toEqual(
    revoked,
  )
  expect(await me({ cookie, ...csrf })).toEqual([200, { email: BOB.email }])
})
