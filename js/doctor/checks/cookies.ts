import { covers, pathOf, type SetCookie } from '../cookies.js'
import type { Check } from '../finding.js'
import { duration } from '../printable.js'
import { NotChecked, type Observations } from '../probe/observations.js'
import { isHere, isPublicSuffix } from '../topology.js'

const DAY = 86_400

const quoted = ({ name }: SetCookie) => `the cookie ${name}`

function overTls({ plan }: Observations) {
  if (plan.api.protocol !== 'https:')
    throw new NotChecked('over http on this machine, Secure does not matter')
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
    reason: 'Any script on the page, an injected one too, can take it away and stay signed in as the user.',
    fix: 'cookie',
    rule: 23,
    judge: (observations) =>
      observations.cookie().httpOnly ? undefined : `${quoted(observations.cookie())} has no HttpOnly`,
  },
  {
    id: 'cookie.access-token',
    title: 'A token lies in a cookie that scripts can read',
    severity: 'error',
    reason: 'It is where injected scripts look first, and it survives in the browser profile.',
    fix: 'cookie.access-token',
    rule: 32,
    judge(observations) {
      observations.answer('sign-in')
      const readable = observations
        .grants()
        .flatMap(({ answer }) => answer.cookies)
        .find((cookie) => cookie.isToken && !cookie.httpOnly)
      return readable && `${quoted(readable)} holds a JWT and has no HttpOnly`
    },
  },
  {
    id: 'cookie.secure',
    title: 'The session cookie goes over plain http',
    severity: 'error',
    reason: 'One request to http://, from a link or a typed address, shows it to the network.',
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
      'Chromium takes it for Lax, and for None in its first two minutes; Firefox and Safari for None: they differ.',
    fix: 'cookie',
    rule: 23,
    judge: (observations) =>
      observations.cookie().sameSite ? undefined : `${quoted(observations.cookie())} has none`,
  },
  {
    id: 'cookie.same-site-insecure',
    title: 'Browsers throw the session cookie away',
    severity: 'error',
    reason: 'SameSite=None without Secure is refused: nobody stays signed in.',
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
    title: 'The session cookie never comes back: page and API are different sites',
    severity: 'error',
    reason: 'Browsers keep such a cookie from requests of another site: every reload signs the user out.',
    fix: 'cookie-cross-site',
    rule: 23,
    judge(observations) {
      const cookie = observations.cookie()
      if (observations.plan.topology !== 'cross-site') throw new NotChecked('page and API are of one site')
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
    reason: 'Safari blocks these, Firefox keeps them apart, and users of Chromium can switch them off.',
    fix: 'cookie.third-party',
    rule: 23,
    judge(observations) {
      const cookie = observations.cookie()
      if (observations.plan.topology !== 'cross-site') throw new NotChecked('page and API are of one site')
      return `${observations.plan.page} and ${observations.plan.api.origin} are cross-site, and the session hangs on ${quoted(cookie)}`
    },
  },
  {
    id: 'cookie.same-site-none',
    title: 'SameSite=None is not needed',
    severity: 'warning',
    reason:
      'Every site can send requests with this cookie; the page is of the same site as the API, so that Lax would do.',
    fix: 'cookie',
    rule: 23,
    judge(observations) {
      const cookie = observations.cookie()
      if (observations.plan.topology === 'cross-site')
        throw new NotChecked('page and API are of different sites')
      return cookie.sameSite === 'none' ? `${quoted(cookie)} has SameSite=None` : undefined
    },
  },
  {
    id: 'cookie.domain',
    title: 'The session cookie goes to every subdomain',
    severity: 'warning',
    reason: 'A blog or a forgotten test server beside the API gets it with every visit.',
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
    title: 'Browsers refuse the session cookie: it is for another domain',
    severity: 'error',
    reason: 'Nobody stays signed in.',
    fix: 'cookie.domain-foreign',
    rule: 23,
    judge(observations) {
      const { name } = observations.cookie()
      if (!isForeign(observations)) return undefined
      return `the Domain of ${name} is neither ${observations.plan.api.hostname} nor above it, or one where everybody can have a name`
    },
  },
  {
    id: 'cookie.path',
    title: 'The session cookie does not reach where it is needed',
    severity: 'error',
    reason: 'Browsers send it to its Path only. The refresh fails, and the next reload signs the user out.',
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
    title: 'The session cookie goes along with every request',
    severity: 'advice',
    reason:
      'Only the refresh and the sign-out need it. A narrow Path, or the prefix __Host-, keeps it out of the rest.',
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
    title: 'Browsers refuse the session cookie: its name promises more than it has',
    severity: 'error',
    reason: '__Host- needs Secure, Path=/ and no Domain; __Secure- needs Secure. Nobody stays signed in.',
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
    title: 'The session cookie has no prefix',
    severity: 'advice',
    reason:
      'A subdomain can plant a cookie of the same name. Browsers let nobody plant __Host- (or, with a Path, __Secure-).',
    fix: 'cookie.prefix',
    rule: 23,
    judge(observations) {
      overTls(observations)
      if (isHere(observations.plan.api)) throw new NotChecked('on this machine, nobody has a subdomain')
      const { name } = observations.cookie()
      return /^__(Host|Secure)-/i.test(name) ? undefined : `it is called ${name}`
    },
  },
  {
    id: 'cookie.lifetime-long',
    title: 'The session cookie lasts too long',
    severity: 'warning',
    reason:
      'A lost laptop or an old backup is signed in for that long. Browsers cap it at 400 days; 30 are usual.',
    fix: 'cookie',
    rule: 3,
    judge(observations) {
      const { lifetime, name } = observations.cookie()
      return lifetime !== undefined && lifetime > 180 * DAY
        ? `${name} lasts ${duration(lifetime)}`
        : undefined
    },
  },
  {
    id: 'cookie.lifetime-short',
    title: 'The session cookie is gone before it is needed',
    severity: 'error',
    reason:
      'When the access token has to be renewed, the browser has dropped the cookie: users are signed out in the middle.',
    fix: 'cookie',
    rule: 3,
    judge(observations) {
      const { lifetime, name } = observations.cookie()
      const access = accessLifetime(observations)
      if (lifetime === undefined || access === undefined || lifetime > access) return undefined
      if (access > DAY) throw new NotChecked('see token.lifetime-long')
      return `${name} lasts ${duration(lifetime)}, the access token ${duration(access)}`
    },
  },
  {
    id: 'cookie.lifetime-none',
    title: 'The session ends with the browser',
    severity: 'advice',
    reason:
      'A cookie without Max-Age is gone when the browser is closed, if it does not restore its windows. As you wish.',
    fix: 'cookie',
    rule: 3,
    judge(observations) {
      const { lifetime, name } = observations.cookie()
      return lifetime === undefined ? `${name} has neither Max-Age nor Expires` : undefined
    },
  },
  {
    id: 'cookie.changes',
    title: 'A refresh sets another cookie instead of replacing the first',
    severity: 'error',
    reason:
      'Browsers tell cookies apart by name, Domain and Path. Both are sent from then on, and the spent one may come first.',
    fix: 'cookie.changes',
    rule: 23,
    judge(observations) {
      const [first, later] = [observations.cookie(), observations.answer('refresh')]
      const next = later.cookies.find(({ name, isGone }) => name === first.name && !isGone)
      if (!next) return undefined
      const where = (cookie: SetCookie, step: 'refresh' | 'sign-in') =>
        pathOf(cookie, observations.exchange(step)?.path ?? '/')
      const [a, b] = [where(first, 'sign-in'), where(next, 'refresh')]
      if (a !== b) return `the Path of ${first.name} is ${a} after signing in, and ${b} after a refresh`
      return first.domain === next.domain ? undefined : `its Domain is another one after a refresh`
    },
  },
  {
    id: 'cookie.twice',
    title: 'One answer sets the session cookie twice',
    severity: 'warning',
    reason: 'Which one wins depends on the order, and with two Paths both are kept.',
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
