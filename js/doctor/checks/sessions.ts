import type { Answer } from '../answer.js'
import type { Check } from '../finding.js'
import type { Plan } from '../options.js'
import { duration } from '../printable.js'
import { type Seen, Unseen } from '../probe/seen.js'
import { LONGEST_BODY } from '../wire.js'
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

/** @throws Unseen */
function revocation(seen: Seen) {
  seen.endpoint('signOut')
  const { status } = seen.answer('sign-out')
  if (status === 404 || status === 405)
    throw new Unseen(`there is no sign-out at ${seen.exchange('sign-out')?.request}`)
}

export const sessionChecks: Check[] = [
  {
    id: 'sign-in.works',
    title: 'Signing in fails',
    severity: 'error',
    reason: 'Nothing below could be looked at with an account.',
    fix: 'sign-in.works',
    judge(seen) {
      const { request, failure } = seen.exchange('sign-in') ?? {}
      if (failure) return `${request} was not answered (${failure.kind})`
      const answer = seen.answer('sign-in')
      const { status, isOk, content, grant } = answer
      const isFailure = isOk && content.says === 'failure' && grant.access.length === 0
      if (isOk && !isFailure) return undefined
      return `${request} is answered with ${status}${isFailure ? ' and a failure in it' : ''}: ${hint(answer, seen.plan)}`
    },
  },
  {
    id: 'sign-in.grant',
    title: 'Signing in gives no token',
    severity: 'error',
    reason: 'The client cannot tell that anybody is signed in.',
    fix: 'sign-in.grant',
    rule: 12,
    judge(seen) {
      const { isOk, isCut, grant, cookies, type } = seen.answer('sign-in')
      if (isCut) throw new Unseen('see sign-in.size')
      if (!isOk) throw new Unseen('signing in failed')
      if (grant.access.length > 0 || grant.isDeviseTokenAuth) return undefined
      if (seen.plan.isCookieSession && cookies.length > 0)
        throw new Unseen('the API works with a session cookie, without tokens')
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
      if (!trial) throw new Unseen('nobody could sign in, so that there is nothing to try')
      const { failure, tried } = trial
      if (!failure) return undefined
      if (failure.kind === 'limited') throw new Unseen(`${failure.evidence}: try again later`)
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
    judge: (seen) =>
      seen.answer('sign-in').isCut
        ? `it has more than ${LONGEST_BODY / 1024} KB, or did not end in time`
        : undefined,
  },
  {
    id: 'sign-in.refusal',
    title: 'Wrong credentials are not refused as such',
    severity: 'error',
    reason: 'The client cannot tell a typing error from a token response, and shows "something went wrong".',
    fix: 'sign-in.refusal',
    rule: 22,
    judge(seen) {
      const { status } = seen.answer('wrong-credentials')
      if (status === 429) throw new Unseen('sign-ins were limited by then')
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
    judge(seen) {
      if (seen.plan.isCookieSession) throw new Unseen('the session is a cookie')
      const { status, isOk, content } = seen.answer('me')
      const request = seen.exchange('me')?.request
      if (status === 404 || (isOk && content.shape === 'html'))
        throw new Unseen(`${request} is not there: name something that needs a token with --me`)
      // With a 401, the token is the cause.
      const wantsMore = status === 400 || status === 403 || status === 422
      const ask = wantsMore ? ': does it want another header (--me-header)?' : ''
      if (!isOk) return `${request} is answered with ${status}${ask}`
      if (seen.isUser('me') || content.says === 'something') return undefined
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
    judge(seen) {
      seen.access()
      if (seen.answer('anonymous').isOk) throw new Unseen('it answers without a token too')
      seen.answer('me-by-cookie')
      return seen.isUser('me-by-cookie')
        ? `${seen.exchange('me-by-cookie')?.request} takes it in place of a token`
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
    judge(seen) {
      seen.endpoint('signOut')
      const { status, content } = seen.answer('sign-out')
      const request = seen.exchange('sign-out')?.request
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
    judge(seen) {
      revocation(seen)
      if (seen.plan.isCookieSession && seen.answer('me-after') && seen.isUser('me-after'))
        return `${seen.exchange('me-after')?.request} was answered to the old cookie`
      if (seen.isCheck) return undefined
      return seen.answer('refresh-after').isOk ? 'a refresh with the old one was granted' : undefined
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
    judge(seen) {
      revocation(seen)
      const { isOk, status } = seen.answer('sign-out-expired')
      // The client refreshes, and sends the sign-out again.
      if (!isOk) return undefined
      if (seen.answer('refresh-after').isOk)
        throw new Unseen('nor does it with a good one: see sign-out.revokes')
      if (!seen.answer('refresh-after-expired').isOk) return undefined
      return `${seen.exchange('sign-out-expired')?.request} is answered with ${status}, and a refresh was granted afterwards`
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
    judge(seen) {
      revocation(seen)
      if (seen.plan.isCookieSession) throw new Unseen('the session is a cookie: see sign-out.revokes')
      seen.answer('me')
      if (!seen.isUser('me')) throw new Unseen('it did not work before either')
      seen.answer('me-after')
      if (!seen.isUser('me-after')) return undefined
      const lifetime = accessLifetime(seen)
      const isOpaque = seen.access().jwt === undefined
      const lives = lifetime ? `; it lives ${duration(lifetime)}` : ''
      return {
        evidence: `${seen.exchange('me-after')?.request} was answered${lives}`,
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
    judge(seen) {
      revocation(seen)
      const cookie = seen.cookie()
      const own = seen.answer('sign-out').cookies.filter(({ name }) => name === cookie.name)
      const gone = own.find(({ isGone }) => isGone)
      // Laravel replaces the cookie with that of an anonymous session.
      const isReplaced = seen.plan.isCookieSession && own.some(({ value }) => !value.equals(cookie.value))
      if (!gone && isReplaced) return undefined
      if (!gone) return `no Set-Cookie takes ${cookie.name} away`
      const isSame = gone.path === cookie.path && gone.domain === cookie.domain
      return isSame
        ? undefined
        : `${cookie.name} is taken away with another Path or Domain than it was set with`
    },
  },
]
