import type { SetCookie } from '../cookies.js'
import { foundRule } from '../csrf-rule.js'
import type { Check, Severity } from '../finding.js'
import { FOREIGN } from '../probe/anonymous.js'
import { NotChecked, type Observations } from '../probe/observations.js'
import { begin, readableCsrfCookie } from '../probe/session.js'

type Name = 'refresh' | 'sign-in' | 'sign-out'

const ENDPOINTS: Record<Name, { verb: string; reason: string }> = {
  'sign-in': {
    verb: 'sign the user in',
    reason:
      'The user is then signed in to an account of the attacker, who can read everything that the user enters. SameSite does not prevent this, because the request needs no cookie.',
  },
  refresh: {
    verb: 'refresh the session',
    reason: 'The API rotates the cookie without the client, which can sign the user out.',
  },
  'sign-out': { verb: 'sign the user out', reason: 'The site can repeat this after every sign-in.' },
}

/** Whether the API has accepted the request. Throws NotChecked if that is not known. */
function taken(observations: Observations, who: 'foreign' | 'forged' | 'plain', name: Name): boolean {
  if (observations.answer('sign-in').cookies.length === 0)
    throw new NotChecked(
      'the API sets no cookie, so browsers add no credential that another site could abuse',
    )
  if (!observations.needsCookies)
    throw new NotChecked(
      'the session needs no cookie, so browsers add no credential that another site could abuse',
    )
  if (observations.plan.isTokenBound)
    throw new NotChecked('a cookie counts only together with a token, which other sites do not have')
  const step = `${who}-${name}` as const
  const { status, isOk, cookies, content } = observations.answer(step)
  if (status === 429 || status >= 500)
    throw new NotChecked(`the API responded to ${observations.exchange(step)?.request} with ${status}`)
  // Some APIs report a failure with status 200.
  if (content.says === 'failure') return false
  if (name === 'sign-in') return isOk && setsSession(observations, cookies)
  return isOk && !observations.idle.has(step)
}

/** Only session cookies count: an attacker gains nothing from other cookies. */
const setsSession = ({ plan: { sessionCookies } }: Observations, cookies: SetCookie[]) =>
  cookies.some(({ name, isGone }) => !isGone && (!sessionCookies || sessionCookies.includes(name)))

function forged(name: Name): Check {
  const { verb, reason } = ENDPOINTS[name]
  return {
    id: `csrf.${name}`,
    title: `A form on any site can ${verb}`,
    severity: 'error',
    reason,
    fix: 'csrf-header',
    rule: 25,
    judge(observations) {
      if (!taken(observations, 'forged', name)) return undefined
      const evidence = `${observations.exchange(`forged-${name}`)?.request} accepted a form from ${FOREIGN} without ${header(observations)}`
      // Browsers do not send the cookie with such a form, except with forms of sibling domains.
      const isKept = name !== 'sign-in' && /lax|strict/.test(observations.cookie().sameSite ?? '')
      return { evidence, severity: isKept ? 'warning' : 'error' } satisfies {
        evidence: string
        severity: Severity
      }
    },
  }
}

function required(name: Name): Check {
  return {
    id: `csrf.${name}-header`,
    title: `The ${name} does not require a header that forms cannot send`,
    severity: 'warning',
    reason:
      'The only protection is then the check of Origin, which proxies and old browsers omit, and SameSite, which does not stop sibling domains.',
    fix: 'csrf-header',
    rule: 25,
    judge(observations) {
      const { csrf } = observations.plan
      if (!csrf) throw new NotChecked('the API has no CSRF header (--csrf none)')
      if (name === 'sign-in' && 'cookie' in csrf && !observations.plan.csrfPage)
        throw new NotChecked(
          'before a sign-in, there is no cookie whose value the client could repeat in a header',
        )
      if (taken(observations, 'forged', name)) throw new NotChecked(`see csrf.${name}`)
      if (!taken(observations, 'plain', name)) return undefined
      return `${observations.exchange(`plain-${name}`)?.request} works without ${header(observations)}`
    },
  }
}

function checked(name: Name): Check {
  return {
    id: `csrf.${name}-origin`,
    title: `The ${name} does not check Origin`,
    severity: 'advice',
    reason:
      'The CSRF header is then the only protection, and a mistake in CORS disables it. Browsers send the origin of the page in Origin: compare it with your origins.',
    fix: 'csrf-origin',
    rule: 25,
    judge(observations) {
      if (taken(observations, 'forged', name)) throw new NotChecked(`see csrf.${name}`)
      if (!taken(observations, 'foreign', name)) return undefined
      return `${observations.exchange(`foreign-${name}`)?.request} works from ${FOREIGN} with ${header(observations)}`
    },
  }
}

/** Checks whether the page that provides a CSRF token has one that a vault can read. */
const page: Check = {
  id: 'csrf.page',
  title: 'The page provides no CSRF token',
  severity: 'error',
  reason:
    'Without the token, the API refuses the sign-in. The client reads it from a readable cookie, a header, a member of a JSON body or a <meta> element.',
  fix: 'csrf.page',
  judge(observations) {
    if (!observations.plan.csrfPage) throw new NotChecked('no page for the CSRF token is named (--csrf-page)')
    const answer = observations.answer('csrf-page')
    const request = observations.exchange('csrf-page')?.request
    if (!answer.isOk) return `${request} responds with ${answer.status}`
    if (observations.answer('plain-sign-in').isOk) throw new NotChecked('the sign-in needs no CSRF token')
    if (readableCsrfCookie(begin(answer)) || answer.grant.csrf) return undefined
    return `${request} sets no CSRF cookie that scripts can read, and returns no CSRF token`
  },
}

function header(observations: Observations): string {
  const csrf = foundRule(observations, false) ?? observations.plan.csrf
  return csrf ? csrf.header : 'any header'
}

const NAMES: Name[] = ['sign-in', 'refresh', 'sign-out']

export const csrfChecks: Check[] = [page, ...NAMES.map(forged), ...NAMES.map(required), ...NAMES.map(checked)]
