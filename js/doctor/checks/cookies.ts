import { covers, pathOf, type SetCookie } from '../cookies.js'
import type { Check } from '../finding.js'
import { duration } from '../printable.js'
import { NotChecked, type Observations } from '../probe/observations.js'
import { isHere, isPublicSuffix } from '../topology.js'

const DAY = 86_400

const quoted = ({ name }: SetCookie) => `the cookie ${name}`

function overTls({ plan }: Observations) {
  if (plan.api.protocol !== 'https:')
    throw new NotChecked('the API is on this machine and uses http, where Secure has no effect')
}

/** Whether the cookie has a Domain that the API may not set. */
function isForeign(observations: Observations): boolean {
  const { domain } = observations.cookie()
  const host = observations.plan.api.hostname
  return domain !== undefined && domain !== host && (isPublicSuffix(domain) || !host.endsWith(`.${domain}`))
}

/** The endpoints that need the cookie. */
const users = ({ plan: { endpoints } }: Observations) =>
  [endpoints.refresh, endpoints.signOut].filter((endpoint) => endpoint !== undefined)

export const cookieChecks: Check[] = [
  {
    id: 'cookie.http-only',
    title: 'Scripts can read the session cookie',
    severity: 'error',
    reason:
      'Any script on the page, including an injected one, can copy the cookie and stay signed in as the user.',
    fix: 'cookie',
    rule: 23,
    judge: (observations) =>
      observations.cookie().httpOnly ? undefined : `${quoted(observations.cookie())} has no HttpOnly`,
  },
  {
    id: 'cookie.access-token',
    title: 'A cookie that scripts can read contains a token',
    severity: 'error',
    reason: 'An injected script can read the token, and the browser stores it on disk.',
    fix: 'cookie.access-token',
    rule: 32,
    judge(observations) {
      observations.answer('sign-in')
      const readable = observations
        .grants()
        .flatMap(({ answer }) => answer.cookies)
        .find((cookie) => cookie.isToken && !cookie.httpOnly)
      return readable && `${quoted(readable)} contains a JWT and has no HttpOnly`
    },
  },
  {
    id: 'cookie.secure',
    title: 'Browsers send the session cookie over plain http',
    severity: 'error',
    reason:
      'One request to http://, for example from a link or a typed address, exposes the cookie to the network.',
    fix: 'cookie',
    rule: 23,
    judge(observations) {
      overTls(observations)
      return observations.cookie().secure ? undefined : `${quoted(observations.cookie())} has no Secure`
    },
  },
  {
    id: 'cookie.same-site',
    title: 'The session cookie has no SameSite',
    severity: 'warning',
    reason:
      'Browsers differ: Chromium uses Lax, but treats a cookie as None for its first two minutes. Firefox and Safari use None.',
    fix: 'cookie',
    rule: 23,
    judge: (observations) =>
      observations.cookie().sameSite ? undefined : `${quoted(observations.cookie())} has no SameSite`,
  },
  {
    id: 'cookie.same-site-insecure',
    title: 'Browsers reject the session cookie: SameSite=None requires Secure',
    severity: 'error',
    reason: 'The browser does not store the cookie, so no user stays signed in.',
    fix: 'cookie-cross-site',
    rule: 23,
    judge(observations) {
      const cookie = observations.cookie()
      return cookie.sameSite === 'none' && !cookie.secure
        ? `${quoted(cookie)} has SameSite=None without Secure`
        : undefined
    },
  },
  {
    id: 'cookie.same-site-blocks',
    title: 'Browsers do not send the session cookie, because the page and the API are on different sites',
    severity: 'error',
    reason:
      'Browsers do not add a Lax or Strict cookie to requests from another site: every reload signs the user out.',
    fix: 'cookie-cross-site',
    rule: 23,
    judge(observations) {
      const cookie = observations.cookie()
      if (observations.plan.topology !== 'cross-site')
        throw new NotChecked('the page and the API are on the same site')
      if (cookie.sameSite === 'none') return undefined
      return `${observations.plan.page} and ${observations.plan.api.origin} are cross-site; ${quoted(cookie)} has ${
        cookie.sameSite ? `SameSite=${cookie.sameSite}` : 'no SameSite, which means Lax'
      }`
    },
  },
  {
    id: 'cookie.third-party',
    title: 'The session cookie is a third-party cookie',
    severity: 'warning',
    reason:
      'Safari blocks third-party cookies, Firefox partitions them by site, and users of Chromium can disable them.',
    fix: 'cookie.third-party',
    rule: 23,
    judge(observations) {
      const cookie = observations.cookie()
      if (observations.plan.topology !== 'cross-site')
        throw new NotChecked('the page and the API are on the same site')
      return `${observations.plan.page} and ${observations.plan.api.origin} are cross-site, and the session needs ${quoted(cookie)}`
    },
  },
  {
    id: 'cookie.same-site-none',
    title: 'SameSite=None is not needed',
    severity: 'warning',
    reason:
      'Every site can send requests with this cookie. The page is on the same site as the API, so Lax is enough.',
    fix: 'cookie',
    rule: 23,
    judge(observations) {
      const cookie = observations.cookie()
      if (observations.plan.topology === 'cross-site')
        throw new NotChecked('the page and the API are on different sites')
      return cookie.sameSite === 'none' ? `${quoted(cookie)} has SameSite=None` : undefined
    },
  },
  {
    id: 'cookie.domain',
    title: 'Browsers send the session cookie to every subdomain',
    severity: 'warning',
    reason:
      'Each host under this domain, for example a blog or an old test server, receives the cookie when the user visits it.',
    fix: 'cookie.domain',
    rule: 23,
    judge(observations) {
      const cookie = observations.cookie()
      if (isForeign(observations)) throw new NotChecked('see cookie.domain-foreign')
      return cookie.domain === undefined ? undefined : `${quoted(cookie)} has a Domain`
    },
  },
  {
    id: 'cookie.domain-foreign',
    title: 'Browsers reject the session cookie: its Domain does not fit the API',
    severity: 'error',
    reason: 'The browser does not store the cookie, so no user stays signed in.',
    fix: 'cookie.domain-foreign',
    rule: 23,
    judge(observations) {
      const { name } = observations.cookie()
      if (!isForeign(observations)) return undefined
      return `the Domain of ${name} is not ${observations.plan.api.hostname} or a parent of it, or it is a public suffix, under which anyone can register a name`
    },
  },
  {
    id: 'cookie.path',
    title: 'The Path of the session cookie does not cover the endpoints that need it',
    severity: 'error',
    reason:
      'Browsers send a cookie only to its Path: the refresh fails, and the next reload signs the user out.',
    fix: 'cookie',
    rule: 23,
    judge(observations) {
      const cookie = observations.cookie()
      const path = pathOf(cookie, observations.exchange('sign-in')?.path ?? '/')
      const missed = users(observations).filter(({ url }) => !covers(path, url.pathname))
      return missed.length > 0
        ? `the Path of ${cookie.name} is ${path}, which does not cover ${missed.map(({ url }) => url.pathname).join(', ')}`
        : undefined
    },
  },
  {
    id: 'cookie.path-broad',
    title: 'Browsers send the session cookie with every request',
    severity: 'advice',
    reason:
      'Only the refresh and the sign-out need the cookie. Use a narrow Path to omit it from other requests, or the prefix __Host- to protect it.',
    fix: 'cookie',
    rule: 23,
    judge(observations) {
      const cookie = observations.cookie()
      const path = pathOf(cookie, observations.exchange('sign-in')?.path ?? '/')
      return path === '/' && !cookie.name.startsWith('__Host-')
        ? `the Path of ${cookie.name} is /`
        : undefined
    },
  },
  {
    id: 'cookie.prefix-broken',
    title: 'Browsers reject the session cookie: its attributes do not match its name prefix',
    severity: 'error',
    reason:
      'The prefix __Host- requires Secure, Path=/ and no Domain. The prefix __Secure- requires Secure. Browsers do not store the cookie, so no user stays signed in.',
    fix: 'cookie.prefix-broken',
    rule: 23,
    judge(observations) {
      const cookie = observations.cookie()
      const path = pathOf(cookie, observations.exchange('sign-in')?.path ?? '/')
      const isHost = /^__Host-/i.test(cookie.name)
      if (!isHost && !/^__Secure-/i.test(cookie.name)) return undefined
      const faults = [
        !cookie.secure && 'no Secure',
        isHost && path !== '/' && `Path=${path}`,
        isHost && cookie.domain !== undefined && 'a Domain',
      ].filter(Boolean)
      return faults.length > 0 ? `${cookie.name} has ${faults.join(' and ')}` : undefined
    },
  },
  {
    id: 'cookie.prefix',
    title: 'The name of the session cookie has no prefix',
    severity: 'advice',
    reason:
      'A subdomain can set a cookie with the same name. Browsers prevent this for the prefix __Host-. If the cookie needs a Path, use __Secure-.',
    fix: 'cookie.prefix',
    rule: 23,
    judge(observations) {
      overTls(observations)
      if (isHere(observations.plan.api))
        throw new NotChecked('the API is on this machine, which has no subdomains')
      const { name } = observations.cookie()
      return /^__(Host|Secure)-/i.test(name) ? undefined : `the name of the cookie is ${name}`
    },
  },
  {
    id: 'cookie.lifetime-long',
    title: 'The lifetime of the session cookie is too long',
    severity: 'warning',
    reason:
      'A lost laptop or an old backup stays signed in for that time. Browsers limit the lifetime to 400 days; 30 days are usual.',
    fix: 'cookie',
    rule: 3,
    judge(observations) {
      const { lifetime, name } = observations.cookie()
      return lifetime !== undefined && lifetime > 180 * DAY
        ? `the lifetime of ${name} is ${duration(lifetime)}`
        : undefined
    },
  },
  {
    id: 'cookie.lifetime-short',
    title: 'The session cookie expires before the access token',
    severity: 'error',
    reason:
      'When the client has to refresh the access token, the browser has already deleted the cookie: users are signed out while they work.',
    fix: 'cookie',
    rule: 3,
    judge(observations) {
      const { lifetime, name } = observations.cookie()
      const access = accessLifetime(observations)
      if (lifetime === undefined || access === undefined || lifetime > access) return undefined
      if (access > DAY) throw new NotChecked('see token.lifetime-long')
      return `the lifetime of ${name} is ${duration(lifetime)}, that of the access token is ${duration(access)}`
    },
  },
  {
    id: 'cookie.lifetime-none',
    title: 'The session ends when the browser is closed',
    severity: 'advice',
    reason:
      'A browser deletes a cookie without Max-Age when it is closed, unless it restores its windows. Add Max-Age if users should stay signed in.',
    fix: 'cookie',
    rule: 3,
    judge(observations) {
      const { lifetime, name } = observations.cookie()
      return lifetime === undefined ? `${name} has neither Max-Age nor Expires` : undefined
    },
  },
  {
    id: 'cookie.changes',
    title: 'A refresh adds a second cookie instead of replacing the first one',
    severity: 'error',
    reason:
      'Browsers treat cookies with another Domain or Path as different cookies. They then send both, and the API may read the spent one.',
    fix: 'cookie.changes',
    rule: 23,
    judge(observations) {
      const [first, later] = [observations.cookie(), observations.answer('refresh')]
      const next = later.cookies.find(({ name, isGone }) => name === first.name && !isGone)
      if (!next) return undefined
      const where = (cookie: SetCookie, step: 'refresh' | 'sign-in') =>
        pathOf(cookie, observations.exchange(step)?.path ?? '/')
      const [a, b] = [where(first, 'sign-in'), where(next, 'refresh')]
      if (a !== b) return `the Path of ${first.name} is ${a} after a sign-in, and ${b} after a refresh`
      return first.domain === next.domain ? undefined : `a refresh changes the Domain of ${first.name}`
    },
  },
  {
    id: 'cookie.twice',
    title: 'One response sets the session cookie more than once',
    severity: 'warning',
    reason: 'The browser keeps the last one. If their Paths differ, it keeps both.',
    fix: 'cookie.twice',
    rule: 23,
    judge(observations) {
      const cookie = observations.cookie()
      for (const { answer, request } of observations.grants()) {
        const names = answer.cookies.map(({ name }) => name).filter((name) => name === cookie.name)
        const twice = names.find((name, at) => names.indexOf(name) !== at)
        if (twice) return `${request} sets ${twice} more than once`
      }
      return undefined
    },
  },
]

/** The lifetime of an access token in seconds, if it is known. */
export function accessLifetime(observations: Observations): number | undefined {
  const answer = observations.answer('sign-in')
  const { access, expiresIn } = answer.grant
  if (expiresIn) return expiresIn.seconds
  const { exp, iat = Date.parse(answer.header('date') ?? '') / 1000 } = access[0]?.jwt ?? {}
  return exp === undefined || Number.isNaN(iat) ? undefined : exp - iat
}
