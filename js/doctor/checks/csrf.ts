import type { SetCookie } from '../cookies.js'
import type { Check, Severity } from '../finding.js'
import { FOREIGN } from '../probe/anonymous.js'
import { NotChecked, type Observations } from '../probe/observations.js'
import { begin, readableCsrfCookie } from '../probe/session.js'

type Name = 'refresh' | 'sign-in' | 'sign-out'

const ENDPOINTS: Record<Name, { verb: string; reason: string }> = {
  'sign-in': {
    verb: 'sign the user in',
    reason:
      'To the account of an attacker, who then reads along. SameSite does not help: the cookie is only being set.',
  },
  refresh: {
    verb: 'refresh the session',
    reason: 'The cookie is rotated behind the back of the application, which can end in a sign-out.',
  },
  'sign-out': { verb: 'sign the user out', reason: 'Again and again, if it likes.' },
}

/** Whether the API has accepted the request. Throws NotChecked if that is not known. */
function taken(observations: Observations, who: 'foreign' | 'forged' | 'plain', name: Name): boolean {
  if (observations.answer('sign-in').cookies.length === 0)
    throw new NotChecked('no cookie is set: a browser adds nothing that could be abused')
  if (!observations.needsCookies)
    throw new NotChecked('the session needs no cookie: a browser adds nothing that counts')
  const step = `${who}-${name}` as const
  const { status, isOk, cookies, content } = observations.answer(step)
  if (status === 429 || status >= 500) throw new NotChecked(`it was answered with ${status}`)
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
      const evidence = `${observations.exchange(`forged-${name}`)?.request} took a form from ${FOREIGN}, without ${header(observations)}`
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
    title: `The ${name} does not want a header that forms cannot send`,
    severity: 'warning',
    reason:
      'What is left is the check of Origin, which proxies and old browsers leave out, and SameSite, which siblings pass.',
    fix: 'csrf-header',
    rule: 25,
    judge(observations) {
      const { csrf } = observations.plan
      if (!csrf) throw new NotChecked('there is no such header (--csrf none)')
      if (name === 'sign-in' && 'cookie' in csrf && !observations.plan.csrfPage)
        throw new NotChecked('there is no cookie to repeat before signing in')
      if (taken(observations, 'forged', name)) throw new NotChecked(`see csrf.${name}`)
      if (!taken(observations, 'plain', name)) return undefined
      return `${observations.exchange(`plain-${name}`)?.request} works without ${header(observations)}`
    },
  }
}

function checked(name: Name): Check {
  return {
    id: `csrf.${name}-origin`,
    title: `The ${name} does not look at Origin`,
    severity: 'advice',
    reason:
      'The header is then the only defence, and a slip in CORS opens it. Browsers say where a request comes from: compare it.',
    fix: 'csrf-origin',
    rule: 25,
    judge(observations) {
      if (taken(observations, 'forged', name)) throw new NotChecked(`see csrf.${name}`)
      if (!taken(observations, 'foreign', name)) return undefined
      return `${observations.exchange(`foreign-${name}`)?.request} works from ${FOREIGN}, with ${header(observations)}`
    },
  }
}

/** Checks whether the page that provides a CSRF token puts it where a vault can read it. */
const page: Check = {
  id: 'csrf.page',
  title: 'The CSRF token is in no cookie that scripts can read',
  severity: 'error',
  reason: 'A vault runs in a worker, which sees no page: it can repeat the value of a cookie.',
  fix: 'csrf.page',
  judge(observations) {
    if (!observations.plan.csrfPage) throw new NotChecked('there is no such page (--csrf-page)')
    const answer = observations.answer('csrf-page')
    const request = observations.exchange('csrf-page')?.request
    if (!answer.isOk) return `${request} is answered with ${answer.status}`
    if (observations.answer('plain-sign-in').isOk) throw new NotChecked('the sign-in needs none')
    if (readableCsrfCookie(begin(answer))) return undefined
    const { csrf } = answer.grant
    const place = csrf && (csrf.place.startsWith('<') ? csrf.place : `${csrf.place} in the body`)
    return `${request} has it ${csrf ? `as ${place}, and ` : ''}in no cookie that scripts can read`
  },
}

const header = ({ plan }: Observations) => (plan.csrf ? plan.csrf.header : 'any header')

const NAMES: Name[] = ['sign-in', 'refresh', 'sign-out']

export const csrfChecks: Check[] = [page, ...NAMES.map(forged), ...NAMES.map(required), ...NAMES.map(checked)]
