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
    return 'the API requires a grant_type, as in OAuth: add --form --body grant_type=password'
  if (unknown)
    return `the API requires ${unknown}: add --field email=${unknown}, --field password=${unknown} or --body ${unknown}=…`
  // Laravel uses the status 419.
  if (status === 419) return 'the CSRF token is missing: name the page that sets it with --csrf-page'
  if (status === 403) return 'the API may require another CSRF header (--csrf) or another origin (--origin)'
  if (status === 429) return 'the API limits sign-ins: try again later'
  if (status >= 300 && status < 400)
    return 'this is a redirect; check the URL, and check that the endpoint responds with JSON'
  if (status >= 500) return 'the API failed: see its log'
  return "check the email address and the password, and where the API expects them in the body. For Devise: --field 'email=user[email]' --field 'password=user[password]'"
}

/** @throws NotChecked */
function revocation(observations: Observations) {
  observations.endpoint('signOut')
  const { status } = observations.answer('sign-out')
  if (status === 404 || status === 405)
    throw new NotChecked(`the API has no sign-out at ${observations.exchange('sign-out')?.request}`)
}

export const sessionChecks: Check[] = [
  {
    id: 'sign-in.works',
    title: 'The sign-in fails',
    severity: 'error',
    reason: 'doctor could not run the checks that need a signed-in user.',
    fix: 'sign-in.works',
    judge(observations) {
      const { request, failure } = observations.exchange('sign-in') ?? {}
      if (failure) return `${request} got no response (${failure.kind})`
      const answer = observations.answer('sign-in')
      const { status, isOk, content, grant } = answer
      const isFailure = isOk && content.says === 'failure' && grant.access.length === 0
      if (isOk && !isFailure) return undefined
      return `${request} responds with ${status}${isFailure ? ' and reports a failure in the body' : ''}: ${hint(answer, observations.plan)}`
    },
  },
  {
    id: 'sign-in.grant',
    title: 'The response to the sign-in contains no token',
    severity: 'error',
    reason: 'The client cannot know that the user is signed in.',
    fix: 'sign-in.grant',
    rule: 12,
    judge(observations) {
      const { isOk, isCut, grant, cookies, type } = observations.answer('sign-in')
      if (isCut) throw new NotChecked('see sign-in.size')
      if (!isOk) throw new NotChecked('the sign-in failed')
      if (grant.access.length > 0 || grant.isDeviseTokenAuth) return undefined
      if (observations.plan.isCookieSession && cookies.length > 0)
        throw new NotChecked('the API uses a session cookie and no tokens')
      return `there is no token in the Authorization header or in the body (${type === 'none' ? 'the body is empty' : `the body is ${type}`})`
    },
  },
  {
    id: 'options.work',
    title: 'doctor found no vault options that work with this API',
    severity: 'error',
    reason:
      'doctor derived options from the responses and tried them in the way that the vault uses them in a browser. They failed.',
    fix: 'options.work',
    judge({ trial }) {
      if (!trial) throw new NotChecked('the sign-in failed, so doctor has no options to try')
      const { failure, tried } = trial
      if (!failure) return undefined
      if (failure.kind === 'limited') throw new NotChecked(`${failure.evidence}: try again later`)
      const before = tried.length > 0 ? `after ${tried.join(', ')}` : 'as the first step'
      return `${failure.act} failed ${before}: ${failure.evidence}`
    },
  },
  {
    id: 'sign-in.size',
    title: 'The response to a sign-in is too large',
    severity: 'error',
    reason: 'The client rejects a token response of more than 1 MB.',
    fix: 'sign-in.size',
    judge: (observations) =>
      observations.answer('sign-in').isCut
        ? `the response has more than ${MAX_BODY / 1024} KB, or did not end before the timeout`
        : undefined,
  },
  {
    id: 'sign-in.refusal',
    title: 'The API does not refuse wrong credentials with a 4xx status',
    severity: 'error',
    reason: 'The client cannot recognize a wrong password: the user sees "something went wrong".',
    fix: 'sign-in.refusal',
    rule: 22,
    judge(observations) {
      const { status } = observations.answer('wrong-credentials')
      if (status === 429) throw new NotChecked('the API already limited sign-ins at that point')
      return status >= 400 && status < 500
        ? undefined
        : `the API responds to wrong credentials with ${status}`
    },
  },
  {
    id: 'me.token',
    title: 'The API rejects the access token',
    severity: 'error',
    reason: 'A user who has just signed in cannot use the API.',
    fix: 'me.token',
    rule: 2,
    judge(observations) {
      if (observations.plan.isCookieSession) throw new NotChecked('the session is a cookie')
      const { status, isOk, content } = observations.answer('me')
      const request = observations.exchange('me')?.request
      if (status === 404 || (isOk && content.shape === 'html'))
        throw new NotChecked(`${request} does not exist: use --me to name an endpoint that requires a token`)
      // With a 401, the token is the cause.
      const wantsMore = status === 400 || status === 403 || status === 422
      const ask = wantsMore ? ': the endpoint may require another header (--me-header)' : ''
      if (!isOk) return `${request} responds with ${status}${ask}`
      if (observations.isUser('me') || content.says === 'something') return undefined
      return `${request} responds with ${status}, but ${content.says === 'nothing' ? 'the body contains no user' : 'the body reports a failure'}`
    },
  },
  {
    id: 'me.cookie',
    title: 'The API accepts the cookie instead of an access token',
    severity: 'warning',
    reason:
      'Browsers add cookies to requests automatically: every request that changes something needs protection against CSRF.',
    fix: 'me.cookie',
    rule: 25,
    judge(observations) {
      observations.access()
      if (observations.answer('anonymous').isOk)
        throw new NotChecked('the endpoint also responds without a token')
      observations.answer('me-by-cookie')
      return observations.isUser('me-by-cookie')
        ? `${observations.exchange('me-by-cookie')?.request} works with the cookie and without a token`
        : undefined
    },
  },
  {
    id: 'sign-out.works',
    title: 'The sign-out fails',
    severity: 'error',
    reason: 'The user sees a successful sign-out, but the session continues on the server.',
    fix: 'sign-out.works',
    rule: 17,
    judge(observations) {
      observations.endpoint('signOut')
      const { status, content } = observations.answer('sign-out')
      const request = observations.exchange('sign-out')?.request
      if (status === 404 || status === 405)
        return {
          evidence: `${request} does not exist (${status}): name the endpoint with --sign-out, or use --sign-out none`,
          severity: 'warning',
        }
      if (status < 300 && content.says !== 'failure') return undefined
      return `${request} responds with ${status}${status < 300 ? ', but the body reports a failure' : ''}`
    },
  },
  {
    id: 'sign-out.revokes',
    title: 'The old session still works after a sign-out',
    severity: 'error',
    reason:
      'A person with a copy of the refresh token or of the cookie, for example from a shared computer, is still signed in.',
    fix: 'sign-out.revokes',
    rule: 17,
    judge(observations) {
      revocation(observations)
      if (
        observations.plan.isCookieSession &&
        observations.answer('me-after') &&
        observations.isUser('me-after')
      )
        return `${observations.exchange('me-after')?.request} accepted the old cookie`
      if (observations.isCheck) return undefined
      return observations.answer('refresh-after').isOk
        ? 'a refresh with the old refresh token succeeded'
        : undefined
    },
  },
  {
    id: 'sign-out.expired',
    title: 'A sign-out with an expired access token does not end the session',
    severity: 'error',
    reason:
      'After a night, the access token has expired: the user sees a successful sign-out, but the session continues on the server.',
    fix: 'sign-out.expired',
    rule: 18,
    judge(observations) {
      revocation(observations)
      const { isOk, status } = observations.answer('sign-out-expired')
      // The client refreshes, and sends the sign-out again.
      if (!isOk) return undefined
      if (observations.answer('refresh-after').isOk)
        throw new NotChecked(
          'a sign-out with a valid access token does not end the session either: see sign-out.revokes',
        )
      if (!observations.answer('refresh-after-expired').isOk) return undefined
      return `${observations.exchange('sign-out-expired')?.request} responds with ${status}, but a refresh succeeded afterwards`
    },
  },
  {
    id: 'sign-out.access',
    title: 'The access token still works after a sign-out',
    severity: 'advice',
    reason:
      'A copied access token works until it expires. This is normal for JWTs, unless the server looks up the session for each request. Use a short lifetime.',
    fix: 'sign-out.access',
    rule: 2,
    judge(observations) {
      revocation(observations)
      if (observations.plan.isCookieSession)
        throw new NotChecked('the session is a cookie: see sign-out.revokes')
      observations.answer('me')
      if (!observations.isUser('me'))
        throw new NotChecked('the access token did not work before the sign-out either')
      observations.answer('me-after')
      if (!observations.isUser('me-after')) return undefined
      const lifetime = accessLifetime(observations)
      const isOpaque = observations.access().jwt === undefined
      const lives = lifetime ? `; its lifetime is ${duration(lifetime)}` : ''
      return {
        evidence: `${observations.exchange('me-after')?.request} accepted the token after the sign-out${lives}`,
        // As a rule, the server has to look an opaque token up, and so could have deleted it.
        severity: isOpaque ? 'warning' : 'advice',
      }
    },
  },
  {
    id: 'sign-out.cookie',
    title: 'The sign-out does not delete the cookie',
    severity: 'warning',
    reason: 'The browser continues to send the cookie, and the next visit begins with a refused refresh.',
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
      if (!gone) return `no Set-Cookie header deletes ${cookie.name}`
      const isSame = gone.path === cookie.path && gone.domain === cookie.domain
      return isSame
        ? undefined
        : `the API sets ${cookie.name} with one Path or Domain, and deletes it with another`
    },
  },
]
