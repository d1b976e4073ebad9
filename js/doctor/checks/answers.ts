import type { Check } from '../finding.js'
import { duration } from '../printable.js'
import { NotChecked, type Observations } from '../probe/observations.js'
import { isHere } from '../topology.js'

/** The largest difference of clocks that is tolerated. In seconds. */
const TOLERABLE = 30

/**
 * By how many seconds the clock of the API is ahead of the local clock.
 * @throws NotChecked
 */
function ahead(observations: Observations): number {
  const dated = observations.answered().find(({ answer }) => answer.header('date') !== undefined)
  const date = Date.parse(dated?.answer.header('date') ?? '')
  if (!dated || Number.isNaN(date)) throw new NotChecked('no response has a Date')
  return (date - dated.answer.at) / 1000
}

/** @throws NotChecked */
function anonymous(observations: Observations, step: 'anonymous' | 'anonymous-any') {
  const answer = observations.answer(step)
  const request = observations.exchange(step)?.request
  if (answer.status === 404 || answer.status === 405)
    throw new NotChecked(
      `${request} does not exist (${answer.status}): use --me to name an endpoint that requires a token`,
    )
  if (answer.isOk)
    throw new NotChecked(
      answer.content.says === 'nothing'
        ? `${request} responds to a request without a token with ${answer.status} and reports that no user is signed in: use --me to name an endpoint that refuses such requests`
        : `${request} accepts requests without a token: use --me to name an endpoint that requires a token`,
    )
  // If a token changes nothing, the missing token is not the reason for the refusal.
  if (observations.exchange('me')?.answer?.status === answer.status) throw new NotChecked('see me.token')
  return { ...answer, request }
}

function redirected(observations: Observations, step: 'anonymous' | 'anonymous-any') {
  const { status, header, request } = anonymous(observations, step)
  return status >= 300 && status < 400
    ? `${request} responds with ${status} and the location ${header('location') ?? '(none)'}`
    : undefined
}

export const answerChecks: Check[] = [
  {
    id: 'answers.redirect',
    title: 'The API redirects requests without a token instead of responding with 401',
    severity: 'error',
    reason:
      'fetch follows the redirect to an HTML page and reports success: the client does not refresh, and the application cannot parse the response as JSON.',
    fix: 'unauthorized',
    rule: 22,
    judge: (observations) => redirected(observations, 'anonymous'),
  },
  {
    id: 'answers.redirect-any',
    title: 'The API responds with a redirect instead of a 401 if Accept does not name JSON',
    severity: 'warning',
    reason:
      'By default, fetch sends Accept: */*. Such a request gets an HTML page when its token has expired.',
    fix: 'unauthorized',
    rule: 22,
    judge(observations) {
      if (redirected(observations, 'anonymous')) throw new NotChecked('see answers.redirect')
      return redirected(observations, 'anonymous-any')
    },
  },
  {
    id: 'answers.unauthorized',
    title: 'The API does not respond with 401 to a request without a token',
    severity: 'error',
    reason:
      'The client refreshes only after a 401. It returns any other status to the application, and the user sees an error.',
    fix: 'unauthorized',
    rule: 22,
    judge(observations) {
      const { status, request } = anonymous(observations, 'anonymous')
      if (status < 400) throw new NotChecked('see answers.redirect')
      return status === 401 ? undefined : `${request} is answered with ${status}`
    },
  },
  {
    id: 'answers.bad-token',
    title: 'The API does not respond with 401 to an invalid token',
    severity: 'error',
    reason:
      'After a change of the secret, all tokens are invalid: the client does not refresh, and users see errors.',
    fix: 'answers.bad-token',
    rule: 22,
    judge(observations) {
      anonymous(observations, 'anonymous')
      const { status } = observations.answer('bad-bearer')
      if (status < 400) throw new NotChecked('see answers.redirect')
      return status === 401 ? undefined : `the API responds to an invalid token with ${status}`
    },
  },
  {
    id: 'answers.www-authenticate',
    title: 'The header WWW-Authenticate of a 401 is missing or wrong',
    severity: 'advice',
    reason:
      'RFC 9110 requires this header, and tools read it. Use Bearer, with error="invalid_token" if the request had a token. Do not use Basic, because browsers then open a password dialog.',
    fix: 'answers.www-authenticate',
    rule: 22,
    judge(observations) {
      const { status, header, request } = anonymous(observations, 'anonymous')
      if (status !== 401) throw new NotChecked('the API does not respond with 401')
      const value = header('www-authenticate')
      if (value === undefined) return `the response of ${request} has no WWW-Authenticate`
      return /\bbasic\b/i.test(value)
        ? { evidence: `the response of ${request} names Basic`, severity: 'warning' }
        : undefined
    },
  },
  {
    id: 'answers.no-store',
    title: 'Responses with tokens have no Cache-Control: no-store',
    severity: 'warning',
    reason:
      'Browsers may store them on disk. Proxies and CDNs may store them, too, and some return them to other users, including the cookie.',
    fix: 'answers.no-store',
    rule: 33,
    judge(observations) {
      observations.answer('sign-in')
      const open = observations
        .grants()
        .filter(({ answer }) => !answer.list('cache-control').includes('no-store'))
      if (open.length === 0) return undefined
      return `these responses have no Cache-Control: no-store (${open.map(({ request }) => request).join(', ')})`
    },
  },
  {
    id: 'answers.public',
    title: 'Shared caches may store the data of a user',
    severity: 'error',
    reason: 'A CDN can return the profile of one user to another user.',
    fix: 'answers.public',
    rule: 33,
    judge(observations) {
      const { isOk, list } = observations.answer('me')
      if (!isOk) throw new NotChecked('the request with a token failed')
      const control = list('cache-control')
      const isPublic = control.some((it) => it === 'public' || /^s-maxage=[1-9]/.test(it))
      return isPublic
        ? `${observations.exchange('me')?.request} has Cache-Control: ${control.join(', ')}`
        : undefined
    },
  },
  {
    id: 'transport.http',
    title: 'The API uses plain http',
    severity: 'error',
    reason:
      'Others on the network can read passwords, tokens and cookies. tokencell does not send a token to such an API.',
    fix: 'transport.http',
    rule: 30,
    judge: ({ plan: { api } }) => (api.protocol === 'http:' && !isHere(api) ? `${api.origin}` : undefined),
  },
  {
    id: 'transport.hsts',
    title: 'The API does not send Strict-Transport-Security',
    severity: 'advice',
    reason: 'An attacker on the network can intercept a visit over http.',
    fix: 'transport.hsts',
    rule: 30,
    judge(observations) {
      const { api } = observations.plan
      if (api.protocol !== 'https:' || isHere(api))
        throw new NotChecked('this header has an effect only with https on a public host')
      const [first] = observations.answered()
      return first?.answer.header('strict-transport-security') === undefined
        ? `${first?.request} has no Strict-Transport-Security`
        : undefined
    },
  },
  {
    id: 'transport.answers',
    title: 'Some requests got no response',
    severity: 'warning',
    reason: 'Users have to wait, and doctor could not run the checks that need these responses.',
    fix: 'transport.answers',
    judge(observations) {
      const failed = observations.exchanges.filter(({ failure }) => failure && failure.code !== 'GIVEN_UP')
      const lines = [...new Set(failed.map(({ request, failure }) => `${request} (${failure?.kind})`))]
      return lines.length > 0 ? lines.join(', ') : undefined
    },
  },
  {
    id: 'clock.date',
    title: 'The clocks of the API and of this machine differ',
    severity: 'warning',
    reason:
      'If the clock of the API is wrong, other services treat its tokens as expired or not yet valid. tokencell itself is not affected.',
    fix: 'clock',
    rule: 34,
    judge(observations) {
      const offset = ahead(observations)
      if (Math.abs(offset) <= TOLERABLE) return undefined
      return `the clock of the API is ${duration(Math.abs(offset))} ${offset > 0 ? 'ahead' : 'behind'}: check which clock is right`
    },
  },
  {
    id: 'clock.iat',
    title: 'The iat of tokens and the Date of responses differ',
    severity: 'warning',
    reason: 'The API uses two clocks. Other services may treat its tokens as expired or not yet valid.',
    fix: 'clock',
    rule: 34,
    judge(observations) {
      const { iat } = observations.jwt()
      const answer = observations.answer('sign-in')
      const date = Date.parse(answer.header('date') ?? '')
      if (iat === undefined || Number.isNaN(date))
        throw new NotChecked('the token has no iat, or the response has no Date')
      const offset = iat - date / 1000
      if (Math.abs(offset) <= TOLERABLE) return undefined
      return `iat is ${duration(Math.abs(offset))} ${offset > 0 ? 'after' : 'before'} the Date of the response`
    },
  },
  {
    id: 'limits.sign-in',
    title: 'The API does not limit failed sign-ins',
    severity: 'warning',
    reason: 'Attackers try lists of leaked passwords against every public sign-in.',
    fix: 'limits.sign-in',
    rule: 26,
    judge(observations) {
      const { status } = observations.answer('limited')
      return status === 429
        ? undefined
        : `the API processed ${observations.attempts} sign-ins with wrong credentials in a row`
    },
  },
  {
    id: 'limits.retry-after',
    title: 'A response with 429 has no Retry-After',
    severity: 'advice',
    reason: 'Clients have to guess when to try again, and users continue to try.',
    fix: 'limits.retry-after',
    rule: 22,
    judge(observations) {
      const limited = observations.answered().filter(({ answer }) => answer.status === 429)
      if (limited.length === 0) throw new NotChecked('the API limited no request')
      const silent = limited.find(({ answer }) => answer.header('retry-after') === undefined)
      return silent && `the 429 of ${silent.request} has no Retry-After`
    },
  },
]
