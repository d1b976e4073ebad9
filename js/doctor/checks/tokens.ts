import type { Check } from '../finding.js'
import { duration } from '../printable.js'
import { NotChecked, type Observations } from '../probe/observations.js'
import { accessLifetime } from './cookies.js'

const HOUR = 3600
/** In bytes. Servers usually accept 8 KB for all headers together. */
const LARGE = 4096

const PERSONAL =
  /(^|\.|_)(e?mail|phone|mobile|address|street|birth\w*|dob|ssn|passport|(first|last|full|family|given)_?name)(_|\.|$)/i
const SECRET =
  /passw|digest|secret|api_?key|private_?key|otp|(reset|confirmation|unlock|remember|refresh)_?token|salt/i

/** @throws NotChecked */
function jwtOrOpaque(observations: Observations) {
  observations.access()
  return observations.answer('sign-in').grant
}

export const tokenChecks: Check[] = [
  {
    id: 'token.unsigned',
    title: 'The access token is not signed',
    severity: 'error',
    reason: 'Anybody can write one, for any user, with any role.',
    fix: 'token.unsigned',
    rule: 29,
    judge(observations) {
      const jwt = observations.jwt()
      return jwt.isSigned ? undefined : `its algorithm is ${jwt.algorithm}, or its signature empty`
    },
  },
  {
    id: 'token.no-expiry',
    title: 'The access token never expires',
    severity: 'error',
    reason: 'Whoever gets hold of one keeps the account. Clients do not know when to refresh either.',
    fix: 'token-lifetime',
    rule: 31,
    judge(observations) {
      const { expiresIn } = jwtOrOpaque(observations)
      const { jwt } = observations.access()
      if (expiresIn || jwt?.exp !== undefined) return undefined
      if (jwt) return 'it has no exp, and the answer no expires_in'
      return {
        evidence:
          'it is opaque, and the answer has no expires_in: perhaps the server ends it, but no client can know when',
        severity: 'warning',
      }
    },
  },
  {
    id: 'token.expires-in',
    title: 'expires_in is no number of seconds',
    severity: 'warning',
    reason: 'The client refuses the answer, unless it is told to look elsewhere.',
    fix: 'token.expires-in',
    rule: 31,
    judge(observations) {
      const { oddLifetime } = jwtOrOpaque(observations)
      return oddLifetime && `${oddLifetime} is neither a number above 0 nor the text of one`
    },
  },
  {
    id: 'token.lifetime-long',
    title: 'The access token lives long',
    severity: 'warning',
    reason:
      'A stolen one is good for that long, as a rule also after a sign-out. With a refresh, 5 to 30 minutes are usual.',
    fix: 'token-lifetime',
    rule: 31,
    judge(observations) {
      jwtOrOpaque(observations)
      const lifetime = accessLifetime(observations)
      if (lifetime === undefined) throw new NotChecked('its lifetime cannot be told from the answer')
      if (lifetime <= HOUR) return undefined
      return {
        evidence: `it lives ${duration(lifetime)}`,
        severity: lifetime > 24 * HOUR ? 'error' : 'warning',
      }
    },
  },
  {
    id: 'token.lifetime-short',
    title: 'The access token lives too short',
    severity: 'warning',
    reason: 'It is refreshed all the time, and dies under way on slow networks: requests take twice as long.',
    fix: 'token-lifetime',
    rule: 31,
    judge(observations) {
      jwtOrOpaque(observations)
      const lifetime = accessLifetime(observations)
      if (lifetime === undefined) throw new NotChecked('its lifetime cannot be told from the answer')
      return lifetime < 60 ? `it lives ${duration(lifetime)}` : undefined
    },
  },
  {
    id: 'token.expiry-contradicts',
    title: 'expires_in and exp say different things',
    severity: 'warning',
    reason: 'The client believes expires_in and refreshes by it: too late, and users run into a 401 first.',
    fix: 'token.expiry-contradicts',
    rule: 31,
    judge(observations) {
      const { expiresIn } = jwtOrOpaque(observations)
      const { exp, iat } = observations.jwt()
      if (!expiresIn || exp === undefined || iat === undefined)
        throw new NotChecked('there is only one of them')
      const said = exp - iat
      const isNear = Math.abs(expiresIn.seconds - said) <= Math.max(5, said * 0.05)
      return isNear
        ? undefined
        : `expires_in is ${duration(expiresIn.seconds)}, exp − iat is ${duration(said)}`
    },
  },
  {
    id: 'token.no-iat',
    title: 'The lifetime of the access token cannot be told',
    severity: 'advice',
    reason:
      'Without iat or expires_in, exp is compared with the Date of the answer, else with the clock of the user, which may be wrong.',
    fix: 'token-lifetime',
    rule: 31,
    judge(observations) {
      const { expiresIn } = jwtOrOpaque(observations)
      const { exp, iat } = observations.jwt()
      return exp !== undefined && iat === undefined && !expiresIn
        ? 'it has exp, and no iat; the answer no expires_in'
        : undefined
    },
  },
  {
    id: 'token.large',
    title: 'The access token is large',
    severity: 'warning',
    reason: 'It goes along with every request; many servers refuse headers of more than 8 KB with a 431.',
    fix: 'token.large',
    rule: 31,
    judge(observations) {
      const { length } = observations.access().token
      return length > LARGE ? `it has ${Math.round(length / 1024)} KB` : undefined
    },
  },
  {
    id: 'token.secrets',
    title: 'The access token holds what nobody should see',
    severity: 'error',
    reason: 'A JWT is signed, not encrypted: everybody who has it can read it, the user and every log first.',
    fix: 'token.secrets',
    rule: 31,
    judge(observations) {
      const names = observations.jwt().claims.filter((name) => SECRET.test(name))
      return names.length > 0 ? `claims: ${names.join(', ')}` : undefined
    },
  },
  {
    id: 'token.personal-data',
    title: 'The access token holds personal data',
    severity: 'advice',
    reason:
      'It ends up wherever requests are logged. An id will do; the rest can be in the answer to the sign-in.',
    fix: 'token.personal-data',
    rule: 31,
    judge(observations) {
      const names = observations.jwt().claims.filter((name) => PERSONAL.test(name))
      return names.length > 0 ? `claims: ${names.join(', ')}` : undefined
    },
  },
  {
    id: 'token.twice',
    title: 'The access token comes twice',
    severity: 'warning',
    reason:
      'One is enough. The copy in the body is kept by whoever keeps answers: logs, caches, error reports.',
    fix: 'one-token',
    rule: 32,
    judge(observations) {
      observations.access()
      const twice = observations.grants().find(({ answer }) => answer.grant.access.length > 1)
      return (
        twice &&
        `${twice.request} has it in the header, and in the body as ${twice.answer.grant.access[1]?.place}`
      )
    },
  },
  {
    id: 'token.refresh-in-body',
    title: 'The refresh token is in the body, although there is a cookie',
    severity: 'error',
    reason:
      'HttpOnly is in vain: a script that calls the refresh reads the token that the cookie hides, and keeps the session.',
    fix: 'one-token',
    rule: 32,
    judge(observations) {
      observations.cookie()
      const grant = observations.grants().find(({ answer }) => answer.grant.refresh)
      return grant && `${grant.request} answers with ${grant.answer.grant.refresh?.place}`
    },
  },
  {
    id: 'token.refresh-without-cookie',
    title: 'The refresh token is in the body only',
    severity: 'advice',
    reason:
      'No browser keeps it over a reload but in a storage that every script can read. In an HttpOnly cookie it is safe from them.',
    fix: 'token.refresh-without-cookie',
    rule: 32,
    judge(observations) {
      observations.access()
      const { cookies, grant } = observations.answer('sign-in')
      return grant.refresh && !observations.plan.isRefreshedByCookie
        ? `signing in answers with ${grant.refresh.place}, and sets no cookie${cookies.length > 0 ? ' that a refresh takes' : ''}`
        : undefined
    },
  },
  {
    id: 'token.scheme',
    title: 'The Authorization header of the answer has no "Bearer"',
    severity: 'error',
    reason: 'RFC 6750 wants the scheme in front. Clients do not take the rest for a token: sign-in fails.',
    fix: 'token.scheme',
    rule: 32,
    judge(observations) {
      observations.access()
      return observations.answer('sign-in').grant.isBare ? 'the header holds the token alone' : undefined
    },
  },
]
