import { test as base, expect, type Person } from './fixtures.js'
import { ADA, ask, bearer, cookieOf, decode, me, refresh, said, signIn, signUp } from './raw.js'

const test = base.extend<{ url: string; person: Person }>({
  url: ({ rails }, use) => use(rails.url),
  person: async ({ url }, use) => use(await signUp(url)),
})

test.describe('Rails with sessions that end after 5 s', () => {
  test.use({ settings: { API_REFRESH_TTL: 5 } })

  test('an access token expires no later than its session', async ({ person, url }) => {
    const { iat, exp } = decode(bearer(await signIn(url, person)))[1]
    expect(exp - iat).toBeLessThanOrEqual(5)
  })
})

test.describe('Rails with sessions that end one second after the last refresh', () => {
  test.use({ settings: { API_IDLE_TTL: 1 } })

  test('a session without a refresh for this time has ended', async ({ person, url }) => {
    const session = await signIn(url, person)
    await expect(async () => expect((await me(url, bearer(session))).status).toBe(401)).toPass({
      timeout: 5000,
    })
    expect(await said(await refresh(url, cookieOf(session)))).toEqual([401, { error: 'expired' }])
  })
})

test.describe('Rails with SameSite=None', () => {
  test.use({ settings: { API_SAME_SITE: 'none' } })

  test('a sign-in without TLS is refused', async ({ url }) => {
    expect(await said(await signIn(url))).toEqual([403, { error: 'tls_required' }])
    const [cookie] = (await signIn(url, ADA, { 'x-forwarded-proto': 'https' })).headers.getSetCookie()
    expect(cookie).toMatch(/; secure; HttpOnly; SameSite=None$/)
  })
})

test('invalid bytes in a header, a cookie or a body never cause a 500', async ({ person, url }) => {
  const session = await signIn(url, person)
  const cookie = cookieOf(session)
  for (const value of [
    '\xff',
    '%ff',
    '%',
    '%00',
    `${cookie.split('=')[1]}\xff`,
    'a.b.c',
    `${'x'.repeat(5000)}`,
  ]) {
    const response = await refresh(url, `refresh_token=${value}`)
    expect(await said(response), value.slice(0, 20)).toEqual([401, { error: 'unknown' }])
    expect((await me(url, bearer(session), { cookie: `refresh_token=${value}` })).status).toBe(200)
  }
  for (const authorization of ['Bearer \xff', 'Bearer %ff', 'Bearer a.b.c', `Bearer ${'x'.repeat(5000)}`])
    expect((await me(url, authorization)).status).toBe(401)
  for (const headers of [
    { 'user-agent': '\xff\xfe' },
    { 'user-agent': 'x'.repeat(2000) },
    { 'x-requested-with': '\xff' },
    { 'x-forwarded-for': '\xff' },
    { 'x-forwarded-for': 'nonsense, 1.2.3' },
    { 'client-ip': '1.1.1.1', 'x-forwarded-for': '2.2.2.2' },
    { accept: '\xff' },
  ])
    expect((await signIn(url, person, headers)).status, JSON.stringify(headers)).toBeLessThan(500)
  const strange = await ask(url, '/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-requested-with': 'x' },
    body: Buffer.from('{"email":"\xff","password":"\xff"}', 'latin1'),
  })
  expect([400, 401, 422]).toContain(strange.status)
})

test('an admin can remove all roles of a user, but not the role of the last admin', async ({
  admin,
  url,
}) => {
  const person = await signUp(url)
  await admin.setRoles(person.id, [])
  const ada = bearer(await signIn(url))
  const demote = (id: string) =>
    ask(url, `/admin/users/${id}`, {
      method: 'PATCH',
      headers: { authorization: ada, 'content-type': 'application/json' },
      body: '{"roles":["user"]}',
    })
  expect(await said(await demote('1'))).toEqual([409, { error: 'last_admin' }])
  expect((await me(url, ada)).status).toBe(200)
})

test('no response has a header with its processing time', async ({ url }) => {
  for (const response of [await signIn(url), await ask(url, '/nothing')])
    expect(response.headers.get('x-runtime')).toBe(null)
})
