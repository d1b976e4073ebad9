import type { Check } from '../finding.js'
import { duration } from '../printable.js'
import { NotChecked, type Observations } from '../probe/observations.js'
import { begin, candidates, refreshTokenOf } from '../probe/session.js'

/**
 * Whether this status of a refused refresh can mean the end of a session. A missing endpoint, a rate limit, and a status
 * of 500 or more cannot.
 */
export const isEnd = (status: number) => status >= 400 && status < 500 && ![404, 405, 429].includes(status)

/** @throws NotChecked */
function reuses(observations: Observations) {
  const spent = observations.answer('spend')
  if (!spent.isOk) throw new NotChecked(`the API responded to a refresh with ${spent.status}`)
  const [first] = observations.reuses
  if (!first) throw new NotChecked('the refresh token stays the same, so there is no spent token to try')
  const last = observations.reuses.at(-1) ?? first
  if (!last.successor && ![400, 401, 403].includes(last.status))
    throw new NotChecked(`the API responded to a spent refresh token with ${last.status}`)
  return { first, last, isTaken: first.successor !== undefined, isStillTaken: last.successor !== undefined }
}

export const rotationChecks: Check[] = [
  {
    id: 'refresh.missing',
    title: 'The sign-in returns no refresh token and sets no session cookie',
    severity: 'advice',
    reason:
      'Users have to sign in again when the access token expires, and in most cases also after a reload.',
    fix: 'refresh.missing',
    rule: 7,
    judge(observations) {
      observations.access()
      const session = begin(observations.answer('sign-in'))
      const { sessionCookies } = observations.plan
      const mayRefresh = sessionCookies ? sessionCookies.length > 0 : candidates(session).length > 0
      if (session.refresh || mayRefresh) {
        if (observations.plan.endpoints.refresh || session.refresh) return undefined
        throw new NotChecked('doctor cannot try the cookies without a refresh endpoint (--refresh none)')
      }
      return 'the response to the sign-in has no refresh token, and sets no cookie that a refresh accepts'
    },
  },
  {
    id: 'refresh.works',
    title: 'The refresh fails',
    severity: 'error',
    reason: 'Users are signed out when the access token expires, and after every reload.',
    fix: 'refresh.works',
    rule: 7,
    judge(observations) {
      observations.endpoint('refresh')
      const { status, isOk } = observations.answer('refresh')
      if (isOk) return undefined
      if (observations.plan.isCookieSession)
        throw new NotChecked('the session is a cookie and needs no refresh')
      const request = observations.exchange('refresh')?.request
      if (status === 404 || status === 405)
        return {
          evidence: `${request} does not exist (${status}): name the endpoint with --refresh, or use --refresh none`,
          severity: 'warning',
        }
      return `${request} responds with ${status} directly after a sign-in`
    },
  },
  {
    id: 'refresh.token',
    title: 'The response to a refresh contains no access token',
    severity: 'error',
    reason: 'The client gets no token and tries again, while the user waits.',
    fix: 'refresh.token',
    rule: 12,
    judge(observations) {
      observations.access()
      const { isOk, grant } = observations.answer('refresh')
      if (!isOk) throw new NotChecked('the refresh failed')
      return grant.access.length > 0
        ? undefined
        : 'there is no token in the Authorization header or in the body'
    },
  },
  {
    id: 'refresh.accepted',
    title: 'The API rejects the access token from a refresh',
    severity: 'error',
    reason:
      'The application works until the first refresh, some minutes after the sign-in. Then every request fails.',
    fix: 'refresh.accepted',
    rule: 2,
    judge(observations) {
      if (!observations.isUser('me') && !observations.isUser('me-by-cookie'))
        throw new NotChecked('the API rejects the access token from the sign-in, too')
      const { status } = observations.answer('me-refreshed')
      if (status === 429 || status >= 500)
        throw new NotChecked(`the API responded to the refreshed token with ${status}`)
      if (observations.isUser('me-refreshed')) return undefined
      return `${observations.exchange('me-refreshed')?.request} responds to that token with ${status}`
    },
  },
  {
    id: 'refresh.rotation',
    title: 'A refresh does not replace the refresh token',
    severity: 'warning',
    reason: 'A stolen copy works as long as the session, and the server cannot detect the theft.',
    fix: 'rotation',
    rule: 7,
    judge(observations) {
      const [before, after] = [observations.answer('sign-in'), observations.answer('refresh')]
      if (observations.isCheck) throw new NotChecked('the session is a cookie and has no refresh token')
      if (!after.isOk) throw new NotChecked('the refresh failed')
      const token = (answer: typeof before) => refreshTokenOf(begin(answer), observations.plan)
      const next = token(after)
      if (next && !next.equals(token(before))) return undefined
      return next
        ? 'a refresh returns the same refresh token again'
        : 'a refresh returns no new refresh token'
    },
  },
  {
    id: 'refresh.reuse',
    title: 'The API accepts a spent refresh token again',
    severity: 'error',
    reason:
      'A thief and the user can both continue to refresh the session, and the server does not detect the theft.',
    fix: 'rotation',
    rule: 9,
    judge(observations) {
      const { last, isTaken, isStillTaken } = reuses(observations)
      if (!isTaken || !isStillTaken) return undefined
      const evidence = `the API still accepted it ${duration(last.after)} after it had been spent`
      if (last.successor === 'another') return `${evidence}, and returned a different successor each time`
      if (observations.plan.grace > 0) return evidence
      throw new NotChecked('the API has a grace period, and doctor did not wait for its end (--grace 0)')
    },
  },
  {
    id: 'refresh.reuse-family',
    title: 'The API refuses a reused refresh token, but does not end the session',
    severity: 'warning',
    reason:
      'After a theft, two parties have the same token. The first one to refresh, perhaps the thief, stays signed in. The other one, perhaps the user, is signed out.',
    fix: 'rotation',
    rule: 9,
    judge(observations) {
      reuses(observations)
      const { isOk, status, isRefusal } = observations.answer('family')
      if (isOk) return 'the API refused a spent token, but its successor still worked afterwards'
      if (!isRefusal) throw new NotChecked(`the API responded to the successor with ${status}`)
      return undefined
    },
  },
  {
    id: 'refresh.grace',
    title: 'A lost response to a refresh signs the user out',
    severity: 'advice',
    reason:
      'If the page reloads or the network fails during a refresh, the new cookie is lost. A grace period of 10 s for the old one prevents a sign-out.',
    fix: 'grace',
    rule: 8,
    judge(observations) {
      return reuses(observations).isTaken
        ? undefined
        : 'the API refused a refresh token immediately after it had been spent'
    },
  },
  {
    id: 'refresh.grace-forks',
    title: 'During the grace period, a spent refresh token gets a different successor',
    severity: 'advice',
    reason:
      'Two refresh tokens of one session are valid at the same time, so the server detects reuse later. Return the same successor again.',
    fix: 'grace',
    rule: 8,
    judge(observations) {
      const { first, isStillTaken } = reuses(observations)
      return first.successor === 'another' && !isStillTaken
        ? 'each use of the spent token returned a different successor'
        : undefined
    },
  },
  {
    id: 'refresh.by-get',
    title: 'The API also refreshes with GET',
    severity: 'warning',
    reason:
      'Links, images and prefetches on any site can rotate the cookie of the user. SameSite=Lax does not prevent this for links.',
    fix: 'refresh.by-get',
    rule: 25,
    judge(observations) {
      const { isOk, grant, cookies } = observations.answer('refresh-by-get')
      return isOk && (grant.access.length > 0 || cookies.length > 0)
        ? `${observations.exchange('refresh-by-get')?.request} returned a token or a cookie`
        : undefined
    },
  },
  {
    id: 'refresh.refusal',
    title: 'The API refuses a refresh with an unexpected status',
    severity: 'error',
    reason:
      'Only 400, 401 and 403 end a session in the client. After any other status, the client assumes a temporary failure and tries again without end.',
    fix: 'refresh.refusal',
    rule: 22,
    judge(observations) {
      const asked = ['refresh-without-cookie', 'refresh-bad-cookie'] as const
      const all = asked
        .map((step) => ({ step, answer: observations.answer(step) }))
        .filter(({ answer }) => answer.status !== 429)
      const { endsOn = [400, 401, 403] } = observations.endpoint('refresh')
      const odd = all.filter(({ answer }) => !endsOn.includes(answer.status))
      const [first] = odd
      if (!first) return undefined
      const evidence = odd
        .map(
          ({ step, answer }) =>
            `${step === 'refresh-bad-cookie' ? 'with an unknown' : 'without a'} refresh token, the API responds with ${answer.status}`,
        )
        .join('; ')
      // The option `endsOn` of a vault can contain these statuses.
      const isTellable = odd.every(({ answer }) => isEnd(answer.status))
      return isTellable
        ? { evidence: `${evidence}; add this status to endsOn`, severity: 'advice' as const }
        : evidence
    },
  },
]
