import { test as base, expect, type Person } from './fixtures.js'
import {
  ask,
  bearer,
  cookieOf,
  me,
  refresh,
  said,
  signIn,
  signOut,
  signOutEverywhere,
  signUp,
} from './raw.js'

const test = base.extend<{ url: string; person: Person }>({
  url: ({ rails }, use) => use(rails.url),
  person: async ({ url }, use) => use(await signUp(url)),
})

const signedOut = [401, { error: 'revoked', reason: 'signed_out' }]

test('a sign-out with the token or the cookie of a session ends only this session, and can be repeated', async ({
  person,
  url,
}) => {
  for (const by of ['token', 'cookie'] as const) {
    const [here, there] = [await signIn(url, person), await signIn(url, person)]
    const headers = by === 'token' ? { authorization: bearer(here) } : { cookie: cookieOf(here) }
    expect((await signOut(url, headers)).status).toBe(204)
    expect(await said(await me(url, bearer(here)))).toEqual(signedOut)
    expect(await said(await refresh(url, cookieOf(here)))).toEqual(signedOut)
    expect((await me(url, bearer(there))).status).toBe(200)
    expect((await refresh(url, cookieOf(there))).status).toBe(200)
    expect((await signOut(url, headers)).status, 'a repeated sign-out, for a lost response').toBe(204)
  }
})

test('a sign-out without a valid token or cookie is answered with 401', async ({ url }) => {
  for (const headers of [{}, { authorization: 'Bearer x' }, { cookie: 'refresh_token=x' }])
    expect(await said(await signOut(url, headers as Record<string, string>))).toEqual([
      401,
      { error: 'no_session' },
    ])
})

test('a sign-out with the token of one session and the cookie of another ends both sessions', async ({
  person,
  url,
}) => {
  const [one, other] = [await signIn(url, person), await signIn(url, await signUp(url))]
  const headers = { authorization: bearer(one), cookie: cookieOf(other) }
  expect((await signOut(url, headers)).status).toBe(204)
  for (const session of [one, other]) {
    expect(await said(await me(url, bearer(session)))).toEqual(signedOut)
    expect(await said(await refresh(url, cookieOf(session)))).toEqual(signedOut)
  }
})

test.describe('with tokens that expire after 0.5 s', () => {
  test.use({ settings: { API_ACCESS_TTL: 0.5 } })

  test('an expired token with a valid signature can sign out', async ({ person, url }) => {
    const session = await signIn(url, person)
    const authorization = bearer(session)
    await expect(async () => expect((await me(url, authorization)).status).toBe(401)).toPass({
      timeout: 5000,
    })
    const [head, claims] = authorization.split('.')
    expect((await signOut(url, { authorization: `${head}.${claims}.AAAA` })).status).toBe(401)
    expect((await signOut(url, { authorization })).status).toBe(204)
    expect(await said(await refresh(url, cookieOf(session)))).toEqual(signedOut)
  })
})

test('a sign-in with the cookie of another session ends that session', async ({ person, url }) => {
  const before = await signIn(url, person)
  const after = await signIn(url, person, { cookie: cookieOf(before) })
  const replaced = [401, { error: 'revoked', reason: 'replaced' }]
  expect(await said(await refresh(url, cookieOf(before)))).toEqual(replaced)
  expect(await said(await me(url, bearer(before)))).toEqual(replaced)
  expect((await refresh(url, cookieOf(after))).status).toBe(200)
})

test('a user lists the own sessions and ends one or all of them, but cannot end a session of another user', async ({
  person,
  url,
}) => {
  const [here, there] = [await signIn(url, person, { 'user-agent': 'A phone' }), await signIn(url, person)]
  const headers = { authorization: bearer(here) }
  const list = async () =>
    ((await (await ask(url, '/sessions', { headers })).json()) as { sessions: Record<string, unknown>[] })
      .sessions
  // The sign-up has created a session as well.
  const [, mine] = await list()
  expect(await list()).toHaveLength(3)
  expect(mine).toMatchObject({ current: true, user_agent: 'A phone', address: '127.0.0.1' })
  const other = bearer(await signIn(url))
  const end = (authorization: string) =>
    ask(url, `/sessions/${mine?.id}`, { method: 'DELETE', headers: { authorization } })
  expect(await said(await end(other))).toEqual([404, { error: 'not_found' }])
  expect((await end(bearer(there))).status).toBe(204)
  expect(await said(await me(url, bearer(here)))).toEqual(signedOut)
  expect((await me(url, bearer(there))).status).toBe(200)
  expect((await signOutEverywhere(url, bearer(there))).status).toBe(204)
  expect(await said(await refresh(url, cookieOf(there)))).toEqual(signedOut)
  expect((await me(url, other)).status).toBe(200)
})

test('a change of the password requires the current password and ends all other sessions', async ({
  person,
  url,
}) => {
  const [here, there] = [await signIn(url, person), await signIn(url, person)]
  const change = (body: object) =>
    ask(url, '/password', {
      method: 'PATCH',
      headers: { authorization: bearer(here), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const password = 'another password'
  expect(await said(await change({ password }))).toEqual([
    422,
    { error: 'invalid', fields: ['current_password'] },
  ])
  expect(await said(await change({ current_password: 'wrong', password }))).toEqual([
    422,
    { error: 'wrong_password', fields: ['current_password'] },
  ])
  expect(await said(await change({ current_password: person.password, password: 'short' }))).toMatchObject([
    422,
    { fields: ['password'] },
  ])
  expect((await me(url, bearer(there))).status).toBe(200)
  expect((await change({ current_password: person.password, password })).status).toBe(204)
  expect((await me(url, bearer(here))).status).toBe(200)
  expect((await refresh(url, cookieOf(here))).status).toBe(200)
  const ended = [401, { error: 'revoked', reason: 'password_changed' }]
  expect(await said(await me(url, bearer(there)))).toEqual(ended)
  expect(await said(await refresh(url, cookieOf(there)))).toEqual(ended)
  expect((await signIn(url, person)).status).toBe(401)
  expect((await signIn(url, { ...person, password })).status).toBe(200)
})
