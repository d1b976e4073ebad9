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
    reason: 'Anyone can create a token for any user with any role.',
    fix: 'token.unsigned',
    rule: 29,
    judge(observations) {
      const jwt = observations.jwt()
      return jwt.isSigned
        ? undefined
        : `the algorithm of the token is ${jwt.algorithm}, or its signature is empty`
    },
  },
  {
    id: 'token.no-expiry',
    title: 'The access token never expires',
    severity: 'error',
    reason: 'A stolen token works forever, and clients do not know when to refresh.',
    fix: 'token-lifetime',
    rule: 31,
    judge(observations) {
      const { expiresIn } = jwtOrOpaque(observations)
      const { jwt } = observations.access()
      if (expiresIn || jwt?.exp !== undefined) return undefined
      if (jwt) return 'the token has no exp, and the response has no expires_in'
      return {
        evidence:
          'the token is opaque, and the response has no expires_in: the server may end the token, but no client can know when',
        severity: 'warning',
      }
    },
  },
  {
    id: 'token.expires-in',
    title: 'expires_in is not a number of seconds',
    severity: 'warning',
    reason: 'The client rejects the response, unless the option fields.expiresIn names another field.',
    fix: 'token.expires-in',
    rule: 31,
    judge(observations) {
      const { oddLifetime } = jwtOrOpaque(observations)
      return oddLifetime && `${oddLifetime} is not a number above 0, and not the text of such a number`
    },
  },
  {
    id: 'token.lifetime-long',
    title: 'The lifetime of the access token is too long',
    severity: 'warning',
    reason:
      'A stolen token works for that time, usually also after a sign-out. With a refresh, 5 to 30 minutes are usual.',
    fix: 'token-lifetime',
    rule: 31,
    judge(observations) {
      jwtOrOpaque(observations)
      const lifetime = accessLifetime(observations)
      if (lifetime === undefined)
        throw new NotChecked('the response does not show the lifetime of the access token')
      if (lifetime <= HOUR) return undefined
      return {
        evidence: `its lifetime is ${duration(lifetime)}`,
        severity: lifetime > 24 * HOUR ? 'error' : 'warning',
      }
    },
  },
  {
    id: 'token.lifetime-short',
    title: 'The lifetime of the access token is too short',
    severity: 'warning',
    reason:
      'The client refreshes very often, and on slow networks the token expires before the request arrives: requests take twice as long.',
    fix: 'token-lifetime',
    rule: 31,
    judge(observations) {
      jwtOrOpaque(observations)
      const lifetime = accessLifetime(observations)
      if (lifetime === undefined)
        throw new NotChecked('the response does not show the lifetime of the access token')
      return lifetime < 60 ? `its lifetime is ${duration(lifetime)}` : undefined
    },
  },
  {
    id: 'token.expiry-contradicts',
    title: 'expires_in and exp contradict each other',
    severity: 'warning',
    reason:
      'The client refreshes according to expires_in. If exp is earlier, this is too late, and requests fail with a 401 first.',
    fix: 'token.expiry-contradicts',
    rule: 31,
    judge(observations) {
      const { expiresIn } = jwtOrOpaque(observations)
      const { exp, iat } = observations.jwt()
      if (!expiresIn || exp === undefined || iat === undefined)
        throw new NotChecked('the response does not contain both expires_in and a token with exp and iat')
      const said = exp - iat
      const isNear = Math.abs(expiresIn.seconds - said) <= Math.max(5, said * 0.05)
      return isNear
        ? undefined
        : `expires_in is ${duration(expiresIn.seconds)}, exp − iat is ${duration(said)}`
    },
  },
  {
    id: 'token.no-iat',
    title: 'The response does not show the lifetime of the access token',
    severity: 'advice',
    reason:
      'Without iat or expires_in, the client compares exp with the Date of the response. If it cannot read Date, it uses the clock of the user, which may be wrong.',
    fix: 'token-lifetime',
    rule: 31,
    judge(observations) {
      const { expiresIn } = jwtOrOpaque(observations)
      const { exp, iat } = observations.jwt()
      return exp !== undefined && iat === undefined && !expiresIn
        ? 'the token has exp, but no iat, and the response has no expires_in'
        : undefined
    },
  },
  {
    id: 'token.large',
    title: 'The access token is too large',
    severity: 'warning',
    reason:
      'The client sends it with every request, and many servers refuse headers of more than 8 KB with a 431.',
    fix: 'token.large',
    rule: 31,
    judge(observations) {
      const { length } = observations.access().token
      return length > LARGE ? `its size is ${Math.round(length / 1024)} KB` : undefined
    },
  },
  {
    id: 'token.secrets',
    title: 'The access token contains secrets',
    severity: 'error',
    reason: 'A JWT is signed, not encrypted: the user, and every log that contains it, shows its content.',
    fix: 'token.secrets',
    rule: 31,
    judge(observations) {
      const names = observations.jwt().claims.filter((name) => SECRET.test(name))
      return names.length > 0 ? `claims: ${names.join(', ')}` : undefined
    },
  },
  {
    id: 'token.personal-data',
    title: 'The access token contains personal data',
    severity: 'advice',
    reason:
      'The data is in every log that contains the token. An id is enough; return the rest in the body of the response to the sign-in.',
    fix: 'token.personal-data',
    rule: 31,
    judge(observations) {
      const names = observations.jwt().claims.filter((name) => PERSONAL.test(name))
      return names.length > 0 ? `claims: ${names.join(', ')}` : undefined
    },
  },
  {
    id: 'token.twice',
    title: 'The response contains the access token twice',
    severity: 'warning',
    reason:
      'One place is enough. Logs, caches and error reports that store the body also store the second copy.',
    fix: 'one-token',
    rule: 32,
    judge(observations) {
      observations.access()
      const twice = observations.grants().find(({ answer }) => answer.grant.access.length > 1)
      return (
        twice &&
        `${twice.request} returns it in the header, and in the body as ${twice.answer.grant.access[1]?.place}`
      )
    },
  },
  {
    id: 'token.refresh-in-body',
    title: 'The response contains the refresh token in the body, although the session has a cookie',
    severity: 'error',
    reason:
      'HttpOnly gives no protection: an injected script can call the refresh, read the refresh token from the body, and keep the session.',
    fix: 'one-token',
    rule: 32,
    judge(observations) {
      observations.cookie()
      const grant = observations.grants().find(({ answer }) => answer.grant.refresh)
      return grant && `the response of ${grant.request} contains ${grant.answer.grant.refresh?.place}`
    },
  },
  {
    id: 'token.refresh-without-cookie',
    title: 'The response contains the refresh token in the body and sets no session cookie',
    severity: 'advice',
    reason:
      'To survive a reload, the token has to be in a storage that every script can read. Scripts cannot read an HttpOnly cookie.',
    fix: 'token.refresh-without-cookie',
    rule: 32,
    judge(observations) {
      observations.access()
      const { cookies, grant } = observations.answer('sign-in')
      return grant.refresh && !observations.plan.isRefreshedByCookie
        ? `the response to the sign-in contains ${grant.refresh.place}, and sets no cookie${cookies.length > 0 ? ' that a refresh accepts' : ''}`
        : undefined
    },
  },
  {
    id: 'token.scheme',
    title: 'The Authorization header of the response has no "Bearer"',
    severity: 'error',
    reason:
      'RFC 6750 requires the scheme before the token. Without it, clients find no token, and the sign-in fails.',
    fix: 'token.scheme',
    rule: 32,
    judge(observations) {
      observations.access()
      return observations.answer('sign-in').grant.isBare ? 'the header contains only the token' : undefined
    },
  },
]
