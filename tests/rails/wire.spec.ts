import { test as base, expect, type Person } from './fixtures.js'
import { ADA, ask, bearer, cookieOf, decode, me, refresh, said, signIn, signOut, signUp } from './raw.js'

/** The responses of Rails over HTTP, without a browser. */
const test = base.extend<{ url: string; person: Person }>({
  url: ({ rails }, use) => use(rails.url),
  person: async ({ url }, use) => use(await signUp(url)),
})

const json = { 'content-type': 'application/json', 'x-requested-with': 'tokencell' }

test('a token contains its session, key and roles, and has the configured lifetime', async ({ url }) => {
  const response = await signIn(url)
  const [header, claims] = decode(bearer(response))
  expect(header).toEqual({ alg: 'HS256', kid: expect.stringMatching(/^[0-9a-f]{8}$/) })
  const { iat, exp, sid, ...rest } = claims
  expect(rest).toEqual({ sub: '1', iss: 'api', roles: ['admin', 'editor'] })
  expect([Number.isInteger(iat), exp - iat, sid.length]).toEqual([true, 900, 36])
  const user = { id: '1', email: ADA.email, name: 'Ada', roles: ['admin', 'editor'] }
  expect(await response.json()).toEqual({ user })
})

test('a missing or invalid token is answered with a 401 in JSON, for every Accept header', async ({
  url,
}) => {
  const authorization = bearer(await signIn(url))
  for (const accept of ['*/*', 'application/json', 'text/html']) {
    const refused = await me(url, '', { accept })
    expect(refused.headers.get('content-type')).toContain('application/json')
    expect(await said(refused)).toEqual([401, { error: 'no_token' }])
  }
  const [head, claims, signature] = authorization.split('.')
  const forged = Buffer.from(JSON.stringify({ ...decode(authorization)[1], sub: '2' })).toString('base64url')
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  for (const token of ['Bearer x', `${head}.${forged}.${signature}`, `Bearer ${none}.${claims}.`])
    expect(await said(await me(url, token))).toEqual([401, { error: 'invalid_token' }])
  expect((await me(url, authorization)).status).toBe(200)
})

test('a sign-in requires the password, also with a valid token in the request', async ({ person, url }) => {
  const authorization = bearer(await signIn(url))
  expect((await signIn(url, { ...person, password: 'wrong' }, { authorization })).status).toBe(401)
  const response = await signIn(url, person, { authorization: 'Bearer x' })
  expect(decode(bearer(response))[1].sub).toBe(person.id)
})

test('malformed input is answered with 400, 401 or 422 and an error code, never with a 500', async ({
  url,
}) => {
  const post = (path: string, body: string) => ask(url, path, { method: 'POST', headers: json, body })
  const bodies = [
    '{',
    '[]',
    '1',
    'null',
    '""',
    '{"user":"x"}',
    '{"user":[]}',
    '{"email":{"a":1},"password":["x"]}',
    '{"email":"nobody@example.com","password":{"a":1}}',
    '{"email":"\\u0000","password":"x"}',
    '{"email":"nobody@example.com","password":"\\u0000"}',
    '{"email":"\xff","password":"x"}',
  ]
  for (const path of ['/login', '/signup'])
    for (const body of bodies) {
      const response = await post(path, body)
      expect([400, 401, 422], `${path} ${body}`).toContain(response.status)
      expect(await response.json()).toEqual(expect.objectContaining({ error: expect.any(String) }))
    }
  const taken = JSON.stringify({ ...ADA, password: 'a long password' })
  expect(await said(await post('/signup', taken))).toMatchObject([409, { fields: ['email'] }])
  expect(await said(await post('/signup', '{}'))).toMatchObject([422, { fields: ['email', 'password'] }])
  expect(await said(await ask(url, '/nothing'))).toEqual([404, { error: 'Not Found' }])
})

test('a sign-up cannot set the role admin, and only an admin can list and change users', async ({ url }) => {
  const body = JSON.stringify({ email: 'king@example.com', password: 'a long password', roles: ['admin'] })
  const response = await ask(url, '/signup', { method: 'POST', headers: json, body })
  expect(await said(response)).toMatchObject([201, { user: { roles: ['user'] } }])
  for (const init of [{}, { method: 'PATCH' }])
    expect(
      (
        await ask(url, init.method ? '/admin/users/1' : '/admin/users', {
          ...init,
          headers: { authorization: bearer(response) },
        })
      ).status,
    ).toBe(403)
  const users = await ask(url, '/admin/users', { headers: { authorization: bearer(await signIn(url)) } })
  expect(((await users.json()) as { users: object[] }).users.length).toBeGreaterThan(2)
})

test('requests that change a session are refused without the CSRF header and from an unknown origin', async ({
  url,
}) => {
  const cookie = cookieOf(await signIn(url))
  for (const [path, method] of [
    ['/signup', 'POST'],
    ['/login', 'POST'],
    ['/refresh', 'POST'],
    ['/logout', 'DELETE'],
  ] as const) {
    const send = (headers: object) => ask(url, path, { method, headers: { cookie, ...headers } })
    expect(await said(await send({ 'content-type': 'text/plain' })), path).toEqual([403, { error: 'csrf' }])
    for (const origin of ['http://evil.example', 'null', url.replace('http', 'https')])
      expect(await said(await send({ origin, 'x-requested-with': 'x' })), path).toEqual([
        403,
        { error: 'origin' },
      ])
  }
  expect((await refresh(url, cookie, { origin: url })).status).toBe(200)
})

test('CORS allows a configured origin to send credentials and read four headers, and caches the preflight', async ({
  site,
  url,
}) => {
  const asks = {
    origin: site.url,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type,x-requested-with',
  }
  const preflight = await ask(url, '/refresh', { method: 'OPTIONS', headers: asks })
  expect(preflight.ok).toBe(true)
  const cors = (response: Response, name: string) => response.headers.get(`access-control-${name}`)
  expect(cors(preflight, 'max-age')).toBe('600')
  expect(cors(preflight, 'allow-headers')?.toLowerCase()).toContain('x-requested-with')
  const answer = await me(url, '', { origin: site.url })
  expect([answer.status, cors(answer, 'allow-origin'), cors(answer, 'allow-credentials')]).toEqual([
    401,
    site.url,
    'true',
  ])
  expect(cors(answer, 'expose-headers')).toBe('Authorization, Retry-After, Date, X-Request-Id')
  expect(answer.headers.get('vary')).toContain('Origin')
  const foreign = await ask(url, '/refresh', {
    method: 'OPTIONS',
    headers: { ...asks, origin: 'http://evil.example' },
  })
  expect(cors(foreign, 'allow-origin')).toBe(null)
})

test('every response is not cacheable and has a date and an id', async ({ person, url }) => {
  const signedIn = await signIn(url, person)
  const answers = [
    signedIn,
    await refresh(url, cookieOf(signedIn)),
    await refresh(url, 'refresh_token=x'),
    await me(url, bearer(signedIn)),
    await me(url, ''),
    await signOut(url, {}),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 401, 200, 401, 401])
  for (const { headers } of answers) {
    expect(headers.get('cache-control')).toBe('no-store')
    expect(Math.abs(Date.parse(headers.get('date') ?? '') - Date.now())).toBeLessThan(10_000)
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
  }
})

test('behind a proxy that terminates TLS, the cookie is Secure and has the prefix __Host-', async ({
  url,
}) => {
  const https = { 'x-forwarded-proto': 'https', origin: url.replace('http', 'https') }
  const signedIn = await signIn(url, ADA, https)
  expect(signedIn.headers.getSetCookie()).toEqual([
    expect.stringMatching(
      /^__Host-refresh_token=[\w.-]{124}; path=\/; max-age=2592000; secure; HttpOnly; SameSite=Lax$/,
    ),
  ])
  expect((await refresh(url, cookieOf(signedIn), https)).status).toBe(200)
  const plain = await signIn(url)
  expect(plain.headers.getSetCookie()[0]).toMatch(
    /^refresh_token=[\w.-]{124}; path=\/; max-age=2592000; HttpOnly; SameSite=Lax$/,
  )
})

test.describe('with a grace period of 60 s', () => {
  test.use({ settings: { API_REUSE_GRACE: 60 } })

  test('a reused cookie gets the same successor until the successor is used; then its reuse ends the session', async ({
    url,
  }) => {
    const first = cookieOf(await signIn(url))
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(url, first)))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    const [second = '', ...others] = new Set(answers.map(cookieOf))
    expect(others).toEqual([])
    const third = cookieOf(await refresh(url, second))
    expect(new Set([first, second, third]).size).toBe(3)
    expect(cookieOf(await refresh(url, second))).toBe(third)
    expect(await said(await refresh(url, first))).toEqual([401, { error: 'reuse' }])
    expect(await said(await refresh(url, third))).toEqual([401, { error: 'revoked', reason: 'reuse' }])
  })
})

test('without a grace period, one of eight concurrent refreshes with one cookie succeeds, and the session ends', async ({
  person,
  url,
}) => {
  const first = await signIn(url, person)
  const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(url, cookieOf(first))))
  const served = answers.filter(({ status }) => status === 200)
  expect(served).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(7)
  const [winner] = served
  expect(await said(await refresh(url, winner ? cookieOf(winner) : ''))).toEqual([
    401,
    { error: 'revoked', reason: 'reuse' },
  ])
  expect((await me(url, bearer(first))).status).toBe(401)
})

test.describe('with lifetimes in fractions of a second and tokens in the body', () => {
  test.use({
    settings: { API_ACCESS_TTL: 0.5, API_REFRESH_TTL: 1.5, API_TOKEN_IN: 'body', API_SAME_SITE: 'strict' },
  })

  test('the token and the session have the configured lifetimes and expire', async ({ person, url }) => {
    const response = await signIn(url, person)
    const body = (await response.json()) as { access_token: string }
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 0.5, user: { email: person.email } })
    expect(response.headers.get('authorization')).toBe(null)
    expect(response.headers.getSetCookie()[0]).toMatch(/max-age=2; HttpOnly; SameSite=Strict$/)
    const { iat, exp } = decode(body.access_token)[1]
    expect(exp - iat).toBeCloseTo(0.5, 3)
    const token = `Bearer ${body.access_token}`
    await expect(async () =>
      expect(await said(await me(url, token))).toEqual([401, { error: 'expired_token' }]),
    ).toPass({ timeout: 5000 })
    // The lifetime of the session starts at the sign-in, and refreshes do not extend it.
    let cookie = cookieOf(response)
    await expect(async () => {
      const refreshed = await refresh(url, cookie)
      cookie = cookieOf(refreshed) || cookie
      expect(await said(refreshed)).toEqual([401, { error: 'expired' }])
    }).toPass({ timeout: 5000 })
  })
})

for (const [name, value] of [
  ['API_ACCESS_TTL', '-1'],
  ['API_REUSE_GRACE', 'short'],
  ['API_TOKEN_IN', 'cookie'],
  ['API_CORS_ORIGINS', 'https://app.example.com/'],
  ['API_JWT_SECRETS', 'a secret too short'],
] as const)
  test(`with an invalid ${name}, Rails does not start, and the message names the setting and contains no secret`, async ({
    start,
  }) => {
    const failure = await start({ [name]: value }).then(
      () => ({ message: 'started', output: '' }),
      (error: { message: string; output: string }) => error,
    )
    expect(failure.message).toBe('Rails ended with 1')
    expect(failure.output).toMatch(new RegExp(`^${name} (must be|has a secret of)`, 'm'))
    expect(failure.output).not.toContain('a secret too short')
  })
