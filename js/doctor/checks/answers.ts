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
  if (!dated || Number.isNaN(date)) throw new NotChecked('no answer has a Date')
  return (date - dated.answer.at) / 1000
}

/** @throws NotChecked */
function anonymous(observations: Observations, step: 'anonymous' | 'anonymous-any') {
  const answer = observations.answer(step)
  const request = observations.exchange(step)?.request
  if (answer.status === 404 || answer.status === 405)
    throw new NotChecked(
      `${request} is not there (${answer.status}): name something that needs a token with --me`,
    )
  if (answer.isOk)
    throw new NotChecked(
      answer.content.says === 'nothing'
        ? `${request} says to a request without a token that no user is signed in (${answer.status}): name an endpoint that is refused then, with --me`
        : `${request} answers without a token: name something that needs one with --me`,
    )
  // If a token changes nothing, the missing token is not the reason for the refusal.
  if (observations.exchange('me')?.answer?.status === answer.status) throw new NotChecked('see me.token')
  return { ...answer, request }
}

function redirected(observations: Observations, step: 'anonymous' | 'anonymous-any') {
  const { status, header, request } = anonymous(observations, step)
  return status >= 300 && status < 400
    ? `${request} is answered with ${status} to ${header('location') ?? 'nowhere'}`
    : undefined
}

export const answerChecks: Check[] = [
  {
    id: 'answers.redirect',
    title: 'Who is not signed in is redirected, instead of getting a 401',
    severity: 'error',
    reason:
      'fetch follows to a sign-in page of HTML and calls it a success: no refresh, and JSON that does not parse.',
    fix: 'unauthorized',
    rule: 22,
    judge: (observations) => redirected(observations, 'anonymous'),
  },
  {
    id: 'answers.redirect-any',
    title: 'Without an Accept header for JSON, a redirect takes the place of a 401',
    severity: 'warning',
    reason:
      'fetch says Accept: */* unless told otherwise. Such a request gets a page of HTML when its token has expired.',
    fix: 'unauthorized',
    rule: 22,
    judge(observations) {
      if (redirected(observations, 'anonymous')) throw new NotChecked('see answers.redirect')
      return redirected(observations, 'anonymous-any')
    },
  },
  {
    id: 'answers.unauthorized',
    title: 'A missing token is not answered with 401',
    severity: 'error',
    reason:
      'A 401 is what tells the client to refresh. After anything else it hands the refusal on, and the user sees an error.',
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
    title: 'A token that makes no sense is not answered with 401',
    severity: 'error',
    reason: 'After the secret has changed, all tokens are like that: users get errors in place of a new one.',
    fix: 'answers.bad-token',
    rule: 22,
    judge(observations) {
      anonymous(observations, 'anonymous')
      const { status } = observations.answer('bad-bearer')
      if (status < 400) throw new NotChecked('see answers.redirect')
      return status === 401 ? undefined : `it is answered with ${status}`
    },
  },
  {
    id: 'answers.www-authenticate',
    title: '401 comes without WWW-Authenticate',
    severity: 'advice',
    reason:
      'RFC 9110 wants it, and tools read it: Bearer, with error="invalid_token" if one was sent. Never Basic, which opens a dialogue.',
    fix: 'answers.www-authenticate',
    rule: 22,
    judge(observations) {
      const { status, header, request } = anonymous(observations, 'anonymous')
      if (status !== 401) throw new NotChecked('it is no 401')
      const value = header('www-authenticate')
      if (value === undefined) return `${request} has none`
      return /\bbasic\b/i.test(value)
        ? { evidence: `${request} asks for Basic`, severity: 'warning' }
        : undefined
    },
  },
  {
    id: 'answers.no-store',
    title: 'Answers with tokens may be stored',
    severity: 'warning',
    reason:
      'By browsers on disk, and by proxies and CDNs, some of which hand them to the next user, cookie included.',
    fix: 'answers.no-store',
    rule: 33,
    judge(observations) {
      observations.answer('sign-in')
      const open = observations
        .grants()
        .filter(({ answer }) => !answer.list('cache-control').includes('no-store'))
      if (open.length === 0) return undefined
      return `no Cache-Control: no-store (${open.map(({ request }) => request).join(', ')})`
    },
  },
  {
    id: 'answers.public',
    title: 'What belongs to a user may be kept for all',
    severity: 'error',
    reason: 'A CDN hands the profile of one user to the next.',
    fix: 'answers.public',
    rule: 33,
    judge(observations) {
      const { isOk, list } = observations.answer('me')
      if (!isOk) throw new NotChecked('it was not answered')
      const control = list('cache-control')
      const isPublic = control.some((it) => it === 'public' || /^s-maxage=[1-9]/.test(it))
      return isPublic ? `${observations.exchange('me')?.request} is ${control.join(', ')}` : undefined
    },
  },
  {
    id: 'transport.http',
    title: 'The API is reached over plain http',
    severity: 'error',
    reason: 'Passwords, tokens and cookies can be read on the way. tokencell refuses to send a token there.',
    fix: 'transport.http',
    rule: 30,
    judge: ({ plan: { api } }) => (api.protocol === 'http:' && !isHere(api) ? `${api.origin}` : undefined),
  },
  {
    id: 'transport.hsts',
    title: 'Browsers are not told to use https only',
    severity: 'advice',
    reason: 'The first visit over http can be intercepted.',
    fix: 'transport.hsts',
    rule: 30,
    judge(observations) {
      const { api } = observations.plan
      if (api.protocol !== 'https:' || isHere(api))
        throw new NotChecked('this matters with https, on a public host')
      const [first] = observations.answered()
      return first?.answer.header('strict-transport-security') === undefined
        ? `${first?.request} has no Strict-Transport-Security`
        : undefined
    },
  },
  {
    id: 'transport.answers',
    title: 'Some requests were not answered',
    severity: 'warning',
    reason: 'Users wait, and whatever hangs on these could not be checked.',
    fix: 'transport.answers',
    judge(observations) {
      const failed = observations.exchanges.filter(({ failure }) => failure && failure.code !== 'GIVEN_UP')
      const lines = [...new Set(failed.map(({ request, failure }) => `${request} (${failure?.kind})`))]
      return lines.length > 0 ? lines.join(', ') : undefined
    },
  },
  {
    id: 'clock.date',
    title: 'The clock of the API and the one here disagree',
    severity: 'warning',
    reason:
      'If it is the API that is wrong, its tokens are expired or not yet valid for every other service. tokencell itself does not mind.',
    fix: 'clock',
    rule: 34,
    judge(observations) {
      const offset = ahead(observations)
      if (Math.abs(offset) <= TOLERABLE) return undefined
      return `the API is ${duration(Math.abs(offset))} ${offset > 0 ? 'ahead' : 'behind'}; which one is right?`
    },
  },
  {
    id: 'clock.iat',
    title: 'Tokens are dated by another clock than answers',
    severity: 'warning',
    reason: 'Whoever verifies them elsewhere finds them expired or not yet valid.',
    fix: 'clock',
    rule: 34,
    judge(observations) {
      const { iat } = observations.jwt()
      const answer = observations.answer('sign-in')
      const date = Date.parse(answer.header('date') ?? '')
      if (iat === undefined || Number.isNaN(date)) throw new NotChecked('there is no iat, or no Date')
      const offset = iat - date / 1000
      if (Math.abs(offset) <= TOLERABLE) return undefined
      return `iat is ${duration(Math.abs(offset))} ${offset > 0 ? 'after' : 'before'} the Date of the answer`
    },
  },
  {
    id: 'limits.sign-in',
    title: 'Passwords can be tried without a limit',
    severity: 'warning',
    reason: 'Lists of leaked passwords are tried against every sign-in on the web.',
    fix: 'limits.sign-in',
    rule: 26,
    judge(observations) {
      const { status } = observations.answer('limited')
      return status === 429 ? undefined : `${observations.attempts} wrong ones in a row were all looked at`
    },
  },
  {
    id: 'limits.retry-after',
    title: '429 does not say when to try again',
    severity: 'advice',
    reason: 'Clients guess, and users try on.',
    fix: 'limits.retry-after',
    rule: 22,
    judge(observations) {
      const limited = observations.answered().filter(({ answer }) => answer.status === 429)
      if (limited.length === 0) throw new NotChecked('no request was limited')
      const silent = limited.find(({ answer }) => answer.header('retry-after') === undefined)
      return silent && `429 of ${silent.request} has no Retry-After`
    },
  },
]
