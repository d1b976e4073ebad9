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
  if (!spent.isOk) throw new NotChecked(`a refresh was answered with ${spent.status}`)
  const [first] = observations.reuses
  if (!first) throw new NotChecked('the refresh token stays the same: nothing is ever spent')
  const last = observations.reuses.at(-1) ?? first
  if (!last.successor && ![400, 401, 403].includes(last.status))
    throw new NotChecked(`a spent refresh token was answered with ${last.status}`)
  return { first, last, isTaken: first.successor !== undefined, isStillTaken: last.successor !== undefined }
}

export const rotationChecks: Check[] = [
  {
    id: 'refresh.missing',
    title: 'There is nothing to refresh with',
    severity: 'advice',
    reason: 'When the access token ends, users have to sign in again; most have to after a reload, too.',
    fix: 'refresh.missing',
    rule: 7,
    judge(observations) {
      observations.access()
      const session = begin(observations.answer('sign-in'))
      const { sessionCookies } = observations.plan
      const mayRefresh = sessionCookies ? sessionCookies.length > 0 : candidates(session).length > 0
      if (session.refresh || mayRefresh) {
        if (observations.plan.endpoints.refresh || session.refresh) return undefined
        throw new NotChecked('there is no refresh (--refresh none) to try the cookies with')
      }
      return 'signing in gives no refresh token, and sets no cookie that a refresh would take'
    },
  },
  {
    id: 'refresh.works',
    title: 'A refresh does not work',
    severity: 'error',
    reason: 'Users are signed out when the access token ends, and by every reload.',
    fix: 'refresh.works',
    rule: 7,
    judge(observations) {
      observations.endpoint('refresh')
      const { status, isOk } = observations.answer('refresh')
      if (isOk) return undefined
      if (observations.plan.isCookieSession)
        throw new NotChecked('the session is a cookie, which need not be refreshed')
      const request = observations.exchange('refresh')?.request
      if (status === 404 || status === 405)
        return {
          evidence: `${request} is not there (${status}); name it with --refresh, or say --refresh none`,
          severity: 'warning',
        }
      return `${request} is answered with ${status}, right after signing in`
    },
  },
  {
    id: 'refresh.token',
    title: 'A refresh gives no access token',
    severity: 'error',
    reason: 'The client has asked for one and has none: it tries again, and the user waits.',
    fix: 'refresh.token',
    rule: 12,
    judge(observations) {
      observations.access()
      const { isOk, grant } = observations.answer('refresh')
      if (!isOk) throw new NotChecked('a refresh does not work')
      return grant.access.length > 0 ? undefined : 'neither in the Authorization header nor in the body'
    },
  },
  {
    id: 'refresh.accepted',
    title: 'The token of a refresh is not taken',
    severity: 'error',
    reason:
      'All goes well until the first refresh, some minutes after signing in. Then every request is a 401.',
    fix: 'refresh.accepted',
    rule: 2,
    judge(observations) {
      if (!observations.isUser('me') && !observations.isUser('me-by-cookie'))
        throw new NotChecked('nor was that of the sign-in')
      const { status } = observations.answer('me-refreshed')
      if (status === 429 || status >= 500) throw new NotChecked(`it was answered with ${status}`)
      if (observations.isUser('me-refreshed')) return undefined
      return `${observations.exchange('me-refreshed')?.request} is answered with ${status} to it`
    },
  },
  {
    id: 'refresh.rotation',
    title: 'The refresh token stays the same',
    severity: 'warning',
    reason: 'A copy that somebody has taken works as long as the session, and nobody ever notices.',
    fix: 'rotation',
    rule: 7,
    judge(observations) {
      const [before, after] = [observations.answer('sign-in'), observations.answer('refresh')]
      if (observations.isCheck) throw new NotChecked('a session cookie is no refresh token')
      if (!after.isOk) throw new NotChecked('a refresh does not work')
      const token = (answer: typeof before) => refreshTokenOf(begin(answer), observations.plan)
      const next = token(after)
      if (next && !next.equals(token(before))) return undefined
      return next ? 'a refresh sets the same one again' : 'a refresh sets no new one'
    },
  },
  {
    id: 'refresh.reuse',
    title: 'A spent refresh token is taken again and again',
    severity: 'error',
    reason:
      'A thief and the user can both go on refreshing, each with a token of his own, and nobody notices.',
    fix: 'rotation',
    rule: 9,
    judge(observations) {
      const { last, isTaken, isStillTaken } = reuses(observations)
      if (!isTaken || !isStillTaken) return undefined
      const evidence = `it was still taken ${duration(last.after)} after it had been spent`
      if (last.successor === 'another') return `${evidence}, and brought another one each time`
      if (observations.plan.grace > 0) return evidence
      throw new NotChecked('there is a grace, whose end was not waited for (--grace 0)')
    },
  },
  {
    id: 'refresh.reuse-family',
    title: 'Reuse is refused, and changes nothing',
    severity: 'warning',
    reason:
      'The one who was first, perhaps the thief, stays signed in; the other one, perhaps the user, is sent away.',
    fix: 'rotation',
    rule: 9,
    judge(observations) {
      reuses(observations)
      const { isOk, status, isRefusal } = observations.answer('family')
      if (isOk) return 'after a spent token had been refused, its successor still worked'
      if (!isRefusal) throw new NotChecked(`the successor was answered with ${status}`)
      return undefined
    },
  },
  {
    id: 'refresh.grace',
    title: 'A lost answer signs the user out',
    severity: 'advice',
    reason:
      'A reload or a dead network in the middle of a refresh loses the new cookie. A grace of ten seconds mends that.',
    fix: 'grace',
    rule: 8,
    judge(observations) {
      return reuses(observations).isTaken ? undefined : 'a token was refused right after it had been spent'
    },
  },
  {
    id: 'refresh.grace-forks',
    title: 'In the grace, a spent refresh token brings another successor',
    severity: 'advice',
    reason:
      'Two tokens of one session are good at once, so that reuse is noticed later. Give the same successor again.',
    fix: 'grace',
    rule: 8,
    judge(observations) {
      const { first, isStillTaken } = reuses(observations)
      return first.successor === 'another' && !isStillTaken
        ? 'each use of the spent token brought another one'
        : undefined
    },
  },
  {
    id: 'refresh.by-get',
    title: 'GET refreshes too',
    severity: 'warning',
    reason:
      'Links, images and prefetches on any site then rotate the cookie of the user, and SameSite=Lax does not stop links.',
    fix: 'refresh.by-get',
    rule: 25,
    judge(observations) {
      const { isOk, grant, cookies } = observations.answer('refresh-by-get')
      return isOk && (grant.access.length > 0 || cookies.length > 0)
        ? `${observations.exchange('refresh-by-get')?.request} granted a token`
        : undefined
    },
  },
  {
    id: 'refresh.refusal',
    title: 'A refused refresh does not look like one',
    severity: 'error',
    reason:
      'Only 400, 401 and 403 end a session. After anything else the client takes the API for ill, and tries on for ever.',
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
            `${step === 'refresh-bad-cookie' ? 'an unknown' : 'no'} refresh token: ${answer.status}`,
        )
        .join('; ')
      // The option `endsOn` of a vault can contain these statuses.
      const isTellable = odd.every(({ answer }) => isEnd(answer.status))
      return isTellable
        ? { evidence: `${evidence}; say so in endsOn`, severity: 'advice' as const }
        : evidence
    },
  },
]
