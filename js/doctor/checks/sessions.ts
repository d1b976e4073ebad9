import type { Answer } from '../answer.js'
import type { Check } from '../finding.js'
import type { Plan } from '../options.js'
import { duration } from '../printable.js'
import { NotChecked, type Observations } from '../probe/observations.js'
import { MAX_BODY } from '../transport.js'
import { accessLifetime } from './cookies.js'

/** What to try next after a sign-in was refused. */
function hint({ status, missing }: Answer, { guess, fields }: Plan): string {
  if (status === 404 || status === 405)
    return guess ? 'name the endpoint with --sign-in' : 'name the endpoint with --sign-in, or try --guess'
  const [unknown] = missing.filter((name) => name !== fields.email && name !== fields.password)
  if (unknown === 'grant_type')
    return 'it wants a grant_type, as OAuth does: --form --body grant_type=password'
  if (unknown)
    return `it misses ${unknown}: --field email=${unknown}, --field password=${unknown} or --body ${unknown}=…`
  // Laravel uses the status 419.
  if (status === 419) return 'the CSRF token is missing: which page gives it (--csrf-page)?'
  if (status === 403) return 'is it the CSRF rule (--csrf), or the origin (--origin)?'
  if (status === 429) return 'it is limited: try again later'
  if (status >= 300 && status < 400) return 'a redirect; does it answer JSON, and is this the right URL?'
  if (status >= 500) return 'the API failed; see its log'
  return "are they right, and where the API wants them? Devise: --field 'email=user[email]' --field 'password=user[password]'"
}

/** @throws NotChecked */
function revocation(observations: Observations) {
  observations.endpoint('signOut')
  const { status } = observations.answer('sign-out')
  if (status === 404 || status === 405)
    throw new NotChecked(`there is no sign-out at ${observations.exchange('sign-out')?.request}`)
}

export const sessionChecks: Check[] = [
  {
    id: 'sign-in.works',
    title: 'Signing in fails',
    severity: 'error',
    reason: 'Nothing below could be looked at with an account.',
    fix: 'sign-in.works',
    judge(observations) {
      const { request, failure } = observations.exchange('sign-in') ?? {}
      if (failure) return `${request} was not answered (${failure.kind})`
      const answer = observations.answer('sign-in')
      const { status, isOk, content, grant } = answer
      const isFailure = isOk && content.says === 'failure' && grant.access.length === 0
      if (isOk && !isFailure) return undefined
      return `${request} is answered with ${status}${isFailure ? ' and a failure in it' : ''}: ${hint(answer, observations.plan)}`
    },
  },
  {
    id: 'sign-in.grant',
    title: 'Signing in gives no token',
    severity: 'error',
    reason: 'The client cannot tell that anybody is signed in.',
    fix: 'sign-in.grant',
    rule: 12,
    judge(observations) {
      const { isOk, isCut, grant, cookies, type } = observations.answer('sign-in')
      if (isCut) throw new NotChecked('see sign-in.size')
      if (!isOk) throw new NotChecked('signing in failed')
      if (grant.access.length > 0 || grant.isDeviseTokenAuth) return undefined
      if (observations.plan.isCookieSession && cookies.length > 0)
        throw new NotChecked('the API works with a session cookie, without tokens')
      return `neither in the Authorization header nor in the body (${type === 'none' ? 'which is empty' : `which is ${type}`})`
    },
  },
  {
    id: 'options.work',
    title: 'No options were found that work',
    severity: 'error',
    reason: 'The ones that fit what was seen were tried, as the package would use them in a browser.',
    fix: 'options.work',
    judge({ trial }) {
      if (!trial) throw new NotChecked('nobody could sign in, so that there is nothing to try')
      const { failure, tried } = trial
      if (!failure) return undefined
      if (failure.kind === 'limited') throw new NotChecked(`${failure.evidence}: try again later`)
      const before = tried.length > 0 ? `after ${tried.join(', ')}` : 'at once'
      return `${failure.act} failed, ${before}: ${failure.evidence}`
    },
  },
  {
    id: 'sign-in.size',
    title: 'The answer to a sign-in is too large',
    severity: 'error',
    reason: 'The client takes no token response of more than a megabyte.',
    fix: 'sign-in.size',
    judge: (observations) =>
      observations.answer('sign-in').isCut
        ? `it has more than ${MAX_BODY / 1024} KB, or did not end in time`
        : undefined,
  },
  {
    id: 'sign-in.refusal',
    title: 'Wrong credentials are not refused as such',
    severity: 'error',
    reason: 'The client cannot tell a typing error from a token response, and shows "something went wrong".',
    fix: 'sign-in.refusal',
    rule: 22,
    judge(observations) {
      const { status } = observations.answer('wrong-credentials')
      if (status === 429) throw new NotChecked('sign-ins were limited by then')
      return status >= 400 && status < 500 ? undefined : `they are answered with ${status}`
    },
  },
  {
    id: 'me.token',
    title: 'The access token is not taken',
    severity: 'error',
    reason: 'Who has just signed in gets a 401.',
    fix: 'me.token',
    rule: 2,
    judge(observations) {
      if (observations.plan.isCookieSession) throw new NotChecked('the session is a cookie')
      const { status, isOk, content } = observations.answer('me')
      const request = observations.exchange('me')?.request
      if (status === 404 || (isOk && content.shape === 'html'))
        throw new NotChecked(`${request} is not there: name something that needs a token with --me`)
      // With a 401, the token is the cause.
      const wantsMore = status === 400 || status === 403 || status === 422
      const ask = wantsMore ? ': does it want another header (--me-header)?' : ''
      if (!isOk) return `${request} is answered with ${status}${ask}`
      if (observations.isUser('me') || content.says === 'something') return undefined
      return `${request} is answered with ${status}, and ${content.says === 'nothing' ? 'nothing in it' : 'a failure in it'}`
    },
  },
  {
    id: 'me.cookie',
    title: 'The cookie is as good as a token',
    severity: 'warning',
    reason:
      'Browsers add cookies by themselves: every request that changes something now needs a defence against CSRF.',
    fix: 'me.cookie',
    rule: 25,
    judge(observations) {
      observations.access()
      if (observations.answer('anonymous').isOk) throw new NotChecked('it answers without a token too')
      observations.answer('me-by-cookie')
      return observations.isUser('me-by-cookie')
        ? `${observations.exchange('me-by-cookie')?.request} takes it in place of a token`
        : undefined
    },
  },
  {
    id: 'sign-out.works',
    title: 'Signing out fails',
    severity: 'error',
    reason: 'The user believes to be signed out, and the session lives on the server.',
    fix: 'sign-out.works',
    rule: 17,
    judge(observations) {
      observations.endpoint('signOut')
      const { status, content } = observations.answer('sign-out')
      const request = observations.exchange('sign-out')?.request
      if (status === 404 || status === 405)
        return {
          evidence: `${request} is not there (${status}); name it with --sign-out, or say --sign-out none`,
          severity: 'warning',
        }
      if (status < 300 && content.says !== 'failure') return undefined
      return `${request} is answered with ${status}${status < 300 ? ', and a failure in it' : ''}`
    },
  },
  {
    id: 'sign-out.revokes',
    title: 'The refresh token works after signing out',
    severity: 'error',
    reason: 'Who has a copy, or finds the cookie on a shared computer, is signed in.',
    fix: 'sign-out.revokes',
    rule: 17,
    judge(observations) {
      revocation(observations)
      if (
        observations.plan.isCookieSession &&
        observations.answer('me-after') &&
        observations.isUser('me-after')
      )
        return `${observations.exchange('me-after')?.request} was answered to the old cookie`
      if (observations.isCheck) return undefined
      return observations.answer('refresh-after').isOk ? 'a refresh with the old one was granted' : undefined
    },
  },
  {
    id: 'sign-out.expired',
    title: 'Signing out with an access token that has run out ends nothing',
    severity: 'error',
    reason:
      'After a night, that is the one there is: the user is told to be signed out, and the session lives on the server.',
    fix: 'sign-out.expired',
    rule: 18,
    judge(observations) {
      revocation(observations)
      const { isOk, status } = observations.answer('sign-out-expired')
      // The client refreshes, and sends the sign-out again.
      if (!isOk) return undefined
      if (observations.answer('refresh-after').isOk)
        throw new NotChecked('nor does it with a good one: see sign-out.revokes')
      if (!observations.answer('refresh-after-expired').isOk) return undefined
      return `${observations.exchange('sign-out-expired')?.request} is answered with ${status}, and a refresh was granted afterwards`
    },
  },
  {
    id: 'sign-out.access',
    title: 'The access token works after signing out',
    severity: 'advice',
    reason:
      'Until it expires. That is how JWTs are, unless the server looks the session up; the shorter they live, the better.',
    fix: 'sign-out.access',
    rule: 2,
    judge(observations) {
      revocation(observations)
      if (observations.plan.isCookieSession)
        throw new NotChecked('the session is a cookie: see sign-out.revokes')
      observations.answer('me')
      if (!observations.isUser('me')) throw new NotChecked('it did not work before either')
      observations.answer('me-after')
      if (!observations.isUser('me-after')) return undefined
      const lifetime = accessLifetime(observations)
      const isOpaque = observations.access().jwt === undefined
      const lives = lifetime ? `; it lives ${duration(lifetime)}` : ''
      return {
        evidence: `${observations.exchange('me-after')?.request} was answered${lives}`,
        // As a rule, the server has to look an opaque token up, and so could have deleted it.
        severity: isOpaque ? 'warning' : 'advice',
      }
    },
  },
  {
    id: 'sign-out.cookie',
    title: 'Signing out leaves the cookie where it is',
    severity: 'warning',
    reason: 'The browser goes on sending it, and the next visit begins with a refresh that is refused.',
    fix: 'sign-out.cookie',
    rule: 17,
    judge(observations) {
      revocation(observations)
      const cookie = observations.cookie()
      const own = observations.answer('sign-out').cookies.filter(({ name }) => name === cookie.name)
      const gone = own.find(({ isGone }) => isGone)
      // Laravel replaces the cookie with that of an anonymous session.
      const isReplaced =
        observations.plan.isCookieSession && own.some(({ value }) => !value.equals(cookie.value))
      if (!gone && isReplaced) return undefined
      if (!gone) return `no Set-Cookie takes ${cookie.name} away`
      const isSame = gone.path === cookie.path && gone.domain === cookie.domain
      return isSame
        ? undefined
        : `${cookie.name} is taken away with another Path or Domain than it was set with`
    },
  },
]
