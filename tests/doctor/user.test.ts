import { expect, test } from 'vitest'
import type { VaultOptions } from '../../js/common/vault-options.js'
import type { DoctorOptions } from '../../js/doctor/options.js'
import { USER } from './apis/foreign.js'
import { createSessions, isAda, standIn } from './apis/stand-in.js'
import { diagnose } from './listener.js'

interface Api {
  /** Added to the response of the sign-in. */
  signedIn?: object
  /** Added to the response of the refresh. */
  refreshed?: object
  /** The paths that return something to a user. */
  gets?: Record<string, unknown>
  /** Whether the refresh token is in a cookie. */
  isInCookie?: boolean
  hasRefresh?: boolean
}

function api({ signedIn = {}, refreshed = {}, gets = {}, isInCookie = true, hasRefresh = true }: Api) {
  const sessions = createSessions()
  const granted = ({ access, refresh }: { access: string; refresh: string }, more: object) => ({
    status: 200,
    body: { access_token: access, ...(!isInCookie && hasRefresh && { refresh_token: refresh }), ...more },
    ...(isInCookie && {
      headers: { 'Set-Cookie': `rt=${refresh}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000` },
    }),
  })
  const refused = { status: 401, body: { error: 'unauthorized' } }
  return standIn(({ route, body, bearer, cookie, header }) => {
    const [, path] = /^GET (.+)/.exec(route) ?? []
    if (path !== undefined) {
      if (!(path in gets)) return { status: 404, body: { error: 'not found' } }
      return sessions.isLive(bearer) ? { status: 200, body: gets[path] } : refused
    }
    if (header('x-requested-with') === undefined) return { status: 403, body: {} }
    if (route === 'POST /login')
      return isAda(body.email, body.password) ? granted(sessions.open(), signedIn) : refused
    const token = isInCookie ? cookie('rt') : body.refresh_token
    if (route === 'POST /refresh' && hasRefresh) {
      const renewed = sessions.renew(token)
      return renewed ? granted(renewed, refreshed) : refused
    }
    if (route !== 'DELETE /logout') return { status: 404 }
    sessions.endOfRefresh(token)
    sessions.endOfAccess(bearer)
    return { status: 204, headers: { 'Set-Cookie': 'rt=; Path=/; HttpOnly; Max-Age=0' } }
  })
}

const userLine = (code: string | undefined) => /^ {2}user: .*$/m.exec(code ?? '')?.[0]

test.each<[string, Api, Partial<DoctorOptions>, string]>([
  ['at `--me`', { gets: { '/me': USER } }, {}, "  user: '/me',"],
  [
    'at another path than `--me`',
    { gets: { '/notes': [], '/users/current': USER } },
    { me: '/notes' },
    "  user: '/users/current',",
  ],
  [
    'inside of the response',
    { gets: { '/me': { status: 'ok', data: USER } } },
    {},
    "  user: { path: '/me', fields: { user: 'data' } },",
  ],
  ['in the member `user`', { gets: { '/me': { user: USER } } }, {}, "  user: '/me',"],
])(
  'a reload that would forget the user is found, and the suggestion has the endpoint: %s',
  async (_, given, options, line) => {
    const { errors, finding, report, text } = await diagnose(
      api({ signedIn: { user: USER }, ...given }),
      options,
    )
    expect(errors).toEqual([])
    expect(finding('user.reload')).toMatchObject({
      severity: 'advice',
      evidence: expect.stringMatching(
        /^POST \/login returns the user, but POST \/refresh does not; GET \/\S+ returns the user/,
      ),
    })
    expect(text).toContain('A reload would forget the user')
    expect(userLine(report.suggestion?.code)).toBe(line)
    expect(report.suggestion?.tried).toContain('reload')
  },
)

test('with a vault file that lacks the option, a reload that would forget the user is a warning', async () => {
  const vault: VaultOptions = {
    signIn: '/login',
    refresh: '/refresh',
    signOut: { method: 'DELETE', path: '/logout' },
  }
  const listener = () => api({ signedIn: { user: USER }, gets: { '/me': USER } })
  const { finding } = await diagnose(listener(), { vault })
  expect(finding('user.reload')).toMatchObject({
    severity: 'warning',
    evidence: expect.stringContaining('set the option user'),
  })
  const { finding: fixed, report } = await diagnose(listener(), { vault: { ...vault, user: '/me' } })
  expect(fixed('user.reload')?.severity).toBe('skipped')
  expect(userLine(report.suggestion?.code)).toBe("  user: '/me',")
})

test('if doctor finds no endpoint for the user, the finding says so', async () => {
  const { finding, report } = await diagnose(api({ signedIn: { user: USER }, gets: { '/me': [] } }))
  expect(finding('user.reload')?.evidence).toContain('doctor found no endpoint that returns the user')
  expect(userLine(report.suggestion?.code)).toBe(undefined)
})

test.each<[string, Api]>([
  ['the refresh returns it', { signedIn: { user: USER }, refreshed: { user: USER } }],
  ['the session ends with the vault', { signedIn: { user: USER }, isInCookie: false }],
  ['there is no refresh', { signedIn: { user: USER }, isInCookie: false, hasRefresh: false }],
])('a reload does not forget the user if %s', async (_, given) => {
  const { finding, report } = await diagnose(api({ gets: { '/me': USER }, ...given }))
  expect([finding('user.reload')?.severity, finding('user.missing')?.severity]).toEqual(['ok', 'ok'])
  expect(userLine(report.suggestion?.code)).toBe(undefined)
})

test.each<[string, Api]>([
  ['with a refresh', {}],
  ['without a refresh', { isInCookie: false, hasRefresh: false }],
])('a sign-in without a user gets the endpoint, %s', async (_, given) => {
  const { finding, report } = await diagnose(api({ gets: { '/me': USER }, ...given }))
  expect(finding('user.missing')).toMatchObject({
    severity: 'advice',
    evidence: 'POST /login returns no user; GET /me returns the user: set the option user',
  })
  expect(userLine(report.suggestion?.code)).toBe("  user: '/me',")
})

test('the user is found by the e-mail address, wherever it is in the response to the sign-in', async () => {
  const gets = { '/me': USER }
  const inside = await diagnose(
    api({ gets, signedIn: { status: { code: 200 }, data: USER }, refreshed: { data: USER } }),
  )
  expect(inside.report.suggestion?.code).toContain("  fields: { user: 'data' },")
  const whole = await diagnose(api({ gets, signedIn: USER, refreshed: USER }))
  expect(whole.report.suggestion?.code).toContain("  fields: { user: '' },")
})

test('an endpoint that the vault cannot use is not suggested: it needs a header of the application', async () => {
  const { report } = await diagnose(api({ gets: { '/me': USER } }), { meHeaders: { 'X-Tenant': '1' } })
  expect(userLine(report.suggestion?.code)).toBe(undefined)
})
