import { expect, onTestFinished, test } from 'vitest'
import { examine } from '../../js/doctor/report.js'
import { ADA, PAGE, serve } from './api.js'
import { createSessions, isAda, standIn } from './apis/stand-in.js'
import { examined } from './examined.js'
import { jwt } from './jwt.js'
import { diagnose } from './listener.js'

test('cookies that a refresh does not need are not judged, whatever their names', async () => {
  const always = {
    'Set-Cookie': [
      'PHPSESSID=0a1b2c3d4e; Path=/',
      'session_affinity=node1; Path=/; Domain=example.com; SameSite=None',
      '_ga=GA1.1; Path=/; Max-Age=63072000',
    ],
  }
  const { report, errors, evidence } = await examined({
    always,
    cookies: (refresh) => [`a9=${refresh}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000`],
    refreshed: ({ cookie }) => cookie('a9'),
  })
  expect(errors).toEqual([])
  expect(report.summary.warning).toBe(0)
  expect(evidence('cookie.path-broad')).toBe('the Path of a9 is /')
  expect(report.suggestion?.tried).toContain('reload')
})

test('if a refresh needs two cookies, the session cookie is judged', async () => {
  const { errors, evidence } = await examined({
    cookies: (refresh) => [
      'device=d1; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000',
      `refresh=${refresh}; Path=/; SameSite=Lax; Max-Age=2592000`,
    ],
    refreshed: ({ cookie }) => (cookie('device') ? cookie('refresh') : undefined),
  })
  expect(errors).toEqual(['cookie.http-only'])
  expect(evidence('cookie.http-only')).toContain('refresh')
})

test('a refresh with the token in the body needs no cookie, even if the API sets some', async () => {
  const sessions = createSessions()
  const grant = ({ access, refresh }: { access: string; refresh: string }) => ({
    status: 200,
    body: { access_token: access, refresh_token: refresh, expires_in: 900 },
  })
  const { errors, report } = await examined(
    {
      always: {
        'Set-Cookie': 'ARRAffinity=4f2a; Path=/; HttpOnly; Secure; Domain=example.azurewebsites.net',
      },
      instead({ route, body, bearer }) {
        if (route === 'POST /login' && isAda(body.email, body.password)) return grant(sessions.open())
        if (route === 'GET /me') return { status: sessions.isLive(bearer) ? 200 : 401, body: { id: 7 } }
        if (route !== 'POST /refresh') return undefined
        const renewed = sessions.renew(body.refresh_token)
        return renewed ? grant(renewed) : { status: 401 }
      },
    },
    { signOut: 'none' },
  )
  expect(errors).toEqual([])
  expect(report.suggestion?.code).toContain(`  refreshToken: 'body',\n`)
})

test('options with a CSRF cookie that pages cannot read are not suggested', async () => {
  const { report, evidence } = await examined(
    {
      cookies: (refresh) => [
        `rt=${refresh}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000`,
        'csrf_token=0123456789; Path=/api; SameSite=Lax',
      ],
      instead: ({ route, header, cookie }) =>
        route !== 'POST /login' && cookie('rt') && header('x-csrf-token') !== cookie('csrf_token')
          ? { status: 403 }
          : undefined,
    },
    { csrf: 'X-CSRF-Token=csrf_tokens' },
  )
  expect(report.suggestion).toBeUndefined()
  expect(evidence('options.work') ?? evidence('refresh.works')).toMatch(/403/)
})

test.each([
  'cookie-path-misses-refresh',
  'cookie-for-another-domain',
  'cookie-prefix-broken',
  'cookie-same-site-none',
] as const)('working options are not suggested if browsers reject the cookie: %s', async (flaw) => {
  const api = await serve({ flaws: [flaw] })
  onTestFinished(api.close)
  const { findings, suggestion } = await examine({ url: api.url, credentials: ADA, grace: 0 })
  expect(suggestion).toBeUndefined()
  expect(findings.find(({ id }) => id === 'options.work')).toMatchObject({
    severity: 'warning',
    evidence: 'reload failed after sign-in, request: POST /api/v1/refresh responds with 401',
  })
})

test.each([
  ['that ends soon is awaited', 0.2, ['sign-in', 'request', 'reload', 'refresh', 'sign-out'], 'ok'],
  ['that continues is not an error', undefined, undefined, 'skipped'],
] as const)('a limit on sign-ins %s', async (_, seconds, tried, severity) => {
  let [signIns, limitedAt] = [0, 0]
  const { finding, report } = await examined({
    instead({ route, isForm }) {
      // The API refuses forms in any case.
      if (route !== 'POST /login' || isForm || ++signIns < 7) return undefined
      limitedAt ||= Date.now()
      if (seconds && Date.now() - limitedAt > seconds * 1000 - 5) return undefined
      return { status: 429, headers: { 'Retry-After': String(seconds ?? 0.1) } }
    },
  })
  expect(limitedAt).toBeGreaterThan(0)
  expect(finding('options.work')?.severity).toBe(severity)
  expect(report.suggestion?.tried).toEqual(tried)
})

test('one broken connection does not prevent a suggestion', async () => {
  let isBroken = false
  const sessions = createSessions()
  const listener = standIn(({ route, body, bearer }) => {
    if (route === 'GET /me') return { status: sessions.isLive(bearer) ? 200 : 401, body: { id: 7 } }
    if (!isAda(body.email, body.password)) return { status: 401 }
    return { status: 200, body: { access_token: sessions.open().access, expires_in: 900 } }
  })
  let signIns = 0
  const { errors, report } = await diagnose(
    (request, response) => {
      // The seventh sign-in is that of the trial. Before it: a valid one, a wrong one, another valid one, and three for CSRF.
      if (request.url === '/login' && request.method === 'POST' && ++signIns === 7) {
        isBroken = true
        return request.destroy()
      }
      return listener(request, response)
    },
    { refresh: 'none', signOut: 'none' },
  )
  expect(isBroken).toBe(true)
  expect(errors).toEqual([])
  expect(report.suggestion?.tried).toEqual(['sign-in', 'request'])
})

test('a response without a user counts as signed out: 200 with `null` for the old cookie', async () => {
  const live = new Set<string>()
  const { errors, finding } = await diagnose(
    standIn(({ route, body, cookie, header }) => {
      const id = cookie('sid') ?? ''
      if (route === 'GET /session') return { status: 200, body: live.has(id) ? { user: { id: 7 } } : null }
      if (header('x-requested-with') === undefined) return { status: 403 }
      if (route === 'POST /logout') {
        live.delete(id)
        return { status: 200, body: { success: true }, headers: { 'Set-Cookie': 'sid=; Path=/; Max-Age=0' } }
      }
      if (route !== 'POST /login' || !isAda(body.email, body.password)) return { status: 401 }
      const next = `s${live.size}-${jwt().slice(-9)}`
      live.add(next)
      const set = `sid=${next}; Path=/; HttpOnly; SameSite=Lax; Max-Age=900`
      return { status: 200, body: { user: { id: 7 } }, headers: { 'Set-Cookie': set } }
    }),
    { signOut: 'POST /logout', refresh: 'GET /session', me: 'GET /session' },
  )
  expect(errors).toEqual([])
  expect(finding('sign-out.revokes')?.severity).toBe('ok')
  expect(finding('answers.unauthorized')?.evidence).toContain('reports that no user is signed in')
})

test('a sign-in response with 200 and a failure in it counts as refused, even with a cookie', async () => {
  const { errors, evidence } = await diagnose(
    standIn(() => ({ status: 200, body: { success: false } }), {
      'Set-Cookie': 'PHPSESSID=0a1b2c3d; Path=/',
    }),
  )
  expect(evidence('sign-in.works')).toContain('responds with 200 and reports a failure in the body')
  expect(errors).not.toContain('csrf.sign-in')
})

test('a refreshed token that the API refuses is an error', async () => {
  const tokens = new Set<string>()
  const { errors, evidence, report } = await examined({
    instead({ route, bearer }, sessions) {
      if (route !== 'GET /me') return undefined
      // Only the first token, that of the sign-in, is accepted.
      const [first] = tokens
      if (first === undefined && bearer !== undefined && sessions.isLive(bearer)) tokens.add(bearer)
      return tokens.has(bearer ?? '') ? { status: 200, body: { id: 7 } } : { status: 401 }
    },
  })
  expect(errors).toContain('refresh.accepted')
  expect(evidence('refresh.accepted')).toBe('GET /me responds to that token with 401')
  expect(report.suggestion).toBeUndefined()
})

test.each([
  ['given', 'X-CSRF-Token=csrf_token', ', x-csrf-token', []],
  ['found', undefined, ', x-csrf-token', []],
  ['found, and not allowed', undefined, '', ['cors.preflight-headers']],
])('CORS must allow the CSRF header only if there is a CSRF cookie: %s', async (...row) => {
  const [, csrfRule, allowed, expected] = row
  const csrf = 'csrf_token=0123456789; Path=/; SameSite=Lax'
  const allow = (headers: string) => ({
    'Access-Control-Allow-Headers': `authorization, content-type${headers}`,
  })
  const { errors } = await examined(
    {
      always: {
        'Access-Control-Allow-Origin': PAGE,
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Allow-Methods': 'GET, POST, DELETE',
        'Access-Control-Expose-Headers': 'Date, Retry-After',
        Vary: 'Origin',
      },
      cookies: (refresh) => [`rt=${refresh}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000`, csrf],
      isOwn: ({ route, header, cookie, isForm }) =>
        route === 'POST /login' ? !isForm : header('x-csrf-token') === cookie('csrf_token'),
      instead({ route }) {
        if (!route.startsWith('OPTIONS')) return undefined
        return { status: 204, headers: allow(route === 'OPTIONS /login' ? '' : allowed) }
      },
    },
    { origin: PAGE, csrf: csrfRule },
  )
  expect(errors).toEqual(expected)
})

test('the CSRF cookie is sent decoded, as servers expect it, also in the trial', async () => {
  const { errors, report } = await examined({
    cookies: (refresh) => [
      `rt=${refresh}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000`,
      'XSRF-TOKEN=a%3D%3D; Path=/; SameSite=Lax',
    ],
    isOwn: ({ route, header, isForm }) =>
      route === 'POST /login' ? !isForm : header('x-xsrf-token') === 'a==',
  })
  expect(errors).toEqual([])
  expect(report.suggestion?.tried).toContain('sign-out')
})

test('a sign-out response with 200 and a failure in it counts as failed', async () => {
  const { errors, evidence } = await examined({
    instead: ({ route }) =>
      route === 'DELETE /logout' ? { status: 200, body: { success: false } } : undefined,
  })
  expect(errors).toContain('sign-out.works')
  expect(evidence('sign-out.works')).toBe('DELETE /logout responds with 200, but the body reports a failure')
})

test('an opaque token that still works after the sign-out is a warning, because the API looks it up', async () => {
  const tokens = new Set<string>()
  const { finding } = await diagnose(
    standIn(({ route, body, bearer }) => {
      if (route === 'POST /logout') return { status: 204 }
      if (route === 'GET /me')
        return tokens.has(bearer ?? '') ? { status: 200, body: { id: 7 } } : { status: 401 }
      if (!isAda(body.email, body.password)) return { status: 401 }
      tokens.add(`${tokens.size}|${ADA.email.length}0123456789`)
      return { status: 200, body: { token: [...tokens].at(-1), expires_in: 900 } }
    }),
    { refresh: 'none', signOut: 'POST /logout' },
  )
  expect(finding('sign-out.access')?.severity).toBe('warning')
})

test('requests have the `Referer` of a browser', async () => {
  const referers = new Set<string | undefined>()
  await examined(
    {
      instead({ route, header }) {
        if (route === 'GET /me') referers.add(header('referer'))
        return undefined
      },
    },
    { origin: PAGE },
  )
  expect(referers).toContain(`${PAGE}/`)
})

test('a sign-out with an expired token that succeeds without ending the session is an error', async () => {
  const { errors, evidence } = await examined({
    instead({ route, bearer, header }, sessions) {
      if (route !== 'DELETE /logout' || header('x-requested-with') === undefined) return undefined
      sessions.endOfAccess(bearer)
      return { status: 204, headers: { 'Set-Cookie': 'rt=; Path=/; Max-Age=0' } }
    },
  })
  expect(errors).toEqual(['sign-out.expired'])
  expect(evidence('sign-out.expired')).toBe(
    'DELETE /logout responds with 204, but a refresh succeeded afterwards',
  )
})

test('a sign-out with an expired token is tested if the token expires soon', async () => {
  let asked: string | undefined
  const { evidence } = await examined(
    {
      lifetime: { expires_in: 0.2 },
      instead({ route, bearer }) {
        if (route === 'DELETE /logout' && bearer?.split('.').length === 3) asked ??= bearer
        return undefined
      },
    },
    { grace: 0.3 },
  )
  expect(asked).toBeDefined()
  expect(evidence('sign-out.expired')).toBe('')
})

test.each([
  [{ expires_in: '900' }, undefined, 'ok', undefined],
  [{ expires_in: '900.5' }, undefined, 'ok', undefined],
  [{ expires_in: '15 minutes' }, 'expires_in', 'warning', "fields: { expiresIn: 'no_expires_in' }"],
  [{ expires_in: 0 }, 'expires_in', 'warning', "fields: { expiresIn: 'no_expires_in' }"],
])('a lifetime is judged by the rules of the package: %j', async (lifetime, place, severity, fields) => {
  const { finding, report } = await examined({ lifetime })
  expect(finding('token.expires-in')?.severity).toBe(severity)
  if (place) expect(finding('token.expires-in')?.evidence).toContain(place)
  const code = report.suggestion?.code ?? ''
  expect(code).toContain('openVault')
  if (fields) expect(code).toContain(fields)
  else expect(code).not.toContain('fields')
})

test('the suggestion contains each option once', async () => {
  const { report } = await examined({})
  const names = [...(report.suggestion?.code ?? '').matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name)
  expect(names).toEqual(['signIn', 'refresh', 'signOut', 'user'])
})

test.each([false, true])('an option that was given is not suggested: --guess (%s)', async (guess) => {
  const { evidence } = await diagnose(
    standIn(() => ({ status: 404 })),
    { guess },
  )
  expect(evidence('sign-in.works')?.includes('--guess')).toBe(!guess)
})

test('if a refusal names a missing field, the report names the option for it', async () => {
  const detail = [{ type: 'missing', loc: ['body', 'username'], msg: 'Field required' }]
  const { evidence } = await diagnose(standIn(() => ({ status: 422, body: { detail } })))
  expect(evidence('sign-in.works')).toContain('--field email=username')
})

test('with `--form`, all sign-ins are forms with the additional fields', async () => {
  const bodies: string[] = []
  await diagnose(
    standIn(({ route, isForm, body }) => {
      if (route === 'POST /login') bodies.push(`${isForm} ${body.grant_type} ${body.scope}`)
      return { status: 401 }
    }),
    { form: true, members: { grant_type: 'password', scope: 'a=b c' } },
  )
  expect(new Set(bodies)).toEqual(new Set(['true password a=b c']))
})

test.each([
  ['django', { Vary: 'Accept, origin' }, { detail: 'Authentication credentials were not provided.' }],
  ['fastapi', { Server: 'uvicorn' }, { detail: 'Not authenticated' }],
  ['flask', {}, { msg: 'Missing Authorization Header' }],
  ['laravel', {}, { message: 'Unauthenticated.' }],
  ['rails', { 'X-Runtime': '0.01' }, {}],
  ['express', { 'X-Powered-By': 'Express' }, {}],
] as const)('the detected stack selects the fixes: %s', async (stack, headers, body) => {
  const { report, text } = await diagnose(standIn(() => ({ status: 401, body }), headers))
  expect(report.stack).toBe(stack)
  const shown = [...text.matchAll(/^ {4}(django|express|fastapi|flask|laravel|rails) /gm)].map(
    ([, name]) => name,
  )
  expect(new Set(shown)).toEqual(new Set([stack]))
})

test('the report does not reveal a password that is a word of the report', async () => {
  const credentials = { email: 'granted@example.com', password: 'responds' }
  const same = { email: 'granted@example.com', password: 'zq81kx92' }
  const listener = () =>
    standIn(({ route }) =>
      route === 'GET /me' ? { status: 302, headers: { Location: '/sign-in/responds' } } : { status: 401 },
    )
  const [one, other] = [
    await diagnose(listener(), { credentials }),
    await diagnose(listener(), { credentials: same }),
  ]
  const plain = (text: string) =>
    text
      .replace(/:\d{5}/g, '')
      .replace(/in \d.*/g, '')
      .replace(/\d+ of/g, '')
  expect(plain(one.text).replaceAll('/sign-in/[redacted]', '/sign-in/responds')).toBe(plain(other.text))
  expect(one.text).toContain('responds with 401')
})

test.each([
  ['a Domain', '__Host-rt', 'Path=/; Secure; Domain=127.0.0.1', '__Host-rt has a Domain'],
  ['a Path', '__Host-rt', 'Path=/refresh; Secure', '__Host-rt has Path=/refresh'],
  ['no Secure', '__Host-rt', 'Path=/', '__Host-rt has no Secure'],
  [
    'three faults',
    '__Host-rt',
    'Path=/refresh; Domain=127.0.0.1',
    '__Host-rt has no Secure and Path=/refresh and a Domain',
  ],
  ['no Secure', '__Secure-rt', 'Path=/refresh', '__Secure-rt has no Secure'],
  ['a Domain, which this prefix allows', '__Secure-rt', 'Path=/; Secure; Domain=127.0.0.1', undefined],
  ['no fault', '__Host-rt', 'Path=/; Secure', undefined],
])(
  'a cookie whose name prefix forbids its attributes is reported: %s (%s)',
  async (_, name, attributes, found) => {
    const { finding } = await examined({
      cookies: (refresh) => [`${name}=${refresh}; HttpOnly; SameSite=Lax; Max-Age=2592000; ${attributes}`],
      refreshed: ({ cookie }) => cookie(name),
    })
    expect(finding('cookie.prefix-broken')).toMatchObject(
      found ? { severity: 'error', evidence: found } : { severity: 'ok' },
    )
  },
)

test.each([
  ['Origin', 'ok'],
  ['Accept-Encoding, origin', 'ok'],
  // No cache may use such a response for another request (RFC 9110 §12.5.5).
  ['*', 'ok'],
  ['Accept', 'warning'],
  ['X-Origin', 'warning'],
  ['', 'warning'],
] as const)(
  'a response for one origin needs a Vary that covers Origin: "%s" is %s',
  async (vary, severity) => {
    const { finding } = await examined(
      {
        always: {
          'Access-Control-Allow-Origin': 'https://app.example.com',
          'Access-Control-Allow-Credentials': 'true',
          'Access-Control-Allow-Headers': 'authorization, content-type, x-requested-with',
          'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
          ...(vary && { Vary: vary }),
        },
      },
      { origin: 'https://app.example.com' },
    )
    expect(finding('cors.vary')?.severity).toBe(severity)
  },
)
