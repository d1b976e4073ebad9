import type { Answer } from '../answer.js'
import { csrfRuleOf } from '../csrf-rule.js'
import type { Check } from '../finding.js'
import { duration } from '../printable.js'
import { type Exchange, NotChecked, type Observations, type Step } from '../probe/observations.js'

type Answered = Exchange & { answer: Answer }

const allowed = ({ answer }: Answered) => answer.header('access-control-allow-origin')

/** Whether a page of that origin may read the response to a request with cookies. */
const isReadable = (exchange: Answered) =>
  allowed(exchange) === exchange.origin &&
  exchange.answer.header('access-control-allow-credentials') === 'true'

/** The exchanges of the application's page that were answered, except preflights. */
function answers(observations: Observations): Answered[] {
  observations.crossOrigin()
  const own = observations
    .answered()
    .filter(
      ({ origin, step }) =>
        origin === observations.plan.page && !step.startsWith('preflight') && step !== 'guess',
    )
  if (own.length === 0) throw new NotChecked('nothing was answered')
  return own
}

const successes = (observations: Observations) => {
  const all = answers(observations)
  const good = all.filter(({ answer }) => answer.status < 400)
  return good.length > 0 ? good : all
}

/** The preflights that were answered. */
function preflights(observations: Observations): Answered[] {
  observations.crossOrigin()
  const steps = ['preflight-me', 'preflight-sign-in', 'preflight-refresh', 'preflight-sign-out'] as const
  // Only the last one of each step: the required headers may become known during the run.
  const all = observations
    .answered(...steps)
    .filter((exchange) => observations.exchange(exchange.step) === exchange)
  if (all.length === 0) throw new NotChecked('no preflight was answered')
  return all
}

const list = (exchanges: Exchange[]) =>
  [...new Set(exchanges.map(({ request }) => request))].slice(0, 4).join(', ')

/** What an origin that should have no access may do. */
function elsewhere(observations: Observations, who: 'foreign' | 'lookalike' | 'null') {
  const all = observations.answered(`${who}-get`, `${who}-preflight`)
  if (all.length === 0) throw new NotChecked('it was not answered')
  const open = all.filter((exchange) => allowed(exchange) === exchange.origin)
  const readable = open.filter(isReadable)
  if (readable.length > 0) return `${readable[0]?.origin} is allowed, with credentials (${list(readable)})`
  if (open.length > 0)
    return {
      evidence: `${open[0]?.origin} is allowed, though without credentials (${list(open)})`,
      severity: 'advice' as const,
    }
  return undefined
}

/** What a preflight must allow, but does not allow. */
function lacking(
  observations: Observations,
  header: 'headers' | 'methods',
  wanted: (exchange: Answered) => string[],
) {
  const lines = preflights(observations).flatMap((exchange) => {
    const list = exchange.answer.list(`access-control-allow-${header}`)
    const missing = wanted(exchange).filter((it) => !list.includes(it.toLowerCase()))
    return missing.length > 0 ? [`${exchange.request} does not allow ${missing.join(', ')}`] : []
  })
  return lines.length > 0 ? lines.join('; ') : undefined
}

function exposed(observations: Observations, name: string) {
  const hidden = successes(observations).filter(
    ({ answer }) => !answer.list('access-control-expose-headers').includes(name.toLowerCase()),
  )
  return hidden.length > 0 ? `no ${name} in Access-Control-Expose-Headers (${list(hidden)})` : undefined
}

const STEPS: Partial<Record<Step, 'me' | 'refresh' | 'signIn' | 'signOut'>> = {
  'preflight-me': 'me',
  'preflight-refresh': 'refresh',
  'preflight-sign-in': 'signIn',
  'preflight-sign-out': 'signOut',
}

export const corsChecks: Check[] = [
  {
    id: 'cors.origin',
    title: 'The page may not read what the API answers',
    severity: 'error',
    reason: 'Browsers hide the answer: every request fails with "Failed to fetch", sign-in first.',
    fix: 'cors',
    rule: 24,
    judge(observations) {
      const closed = successes(observations).filter(
        (exchange) => ![observations.plan.page, '*'].includes(allowed(exchange) ?? ''),
      )
      return closed.length > 0 ? `${observations.plan.page} is not allowed (${list(closed)})` : undefined
    },
  },
  {
    id: 'cors.wildcard',
    title: 'The API allows the origin *',
    severity: 'error',
    reason:
      'Browsers refuse * for requests with cookies: the refresh fails, though tools like curl see nothing wrong.',
    fix: 'cors-exact',
    rule: 24,
    judge(observations) {
      const open = answers(observations).filter((exchange) => allowed(exchange) === '*')
      if (open.length > 0) withCookies(observations)
      return open.length > 0 ? `Access-Control-Allow-Origin: * (${list(open)})` : undefined
    },
  },
  {
    id: 'cors.credentials',
    title: 'The API does not allow cookies across origins',
    severity: 'error',
    reason:
      'Without Access-Control-Allow-Credentials: true, browsers drop the cookie of the sign-in and hide the answer.',
    fix: 'cors',
    rule: 24,
    judge(observations) {
      withCookies(observations)
      const without = [...successes(observations), ...preflights(observations)].filter(
        (exchange) =>
          allowed(exchange) !== undefined &&
          exchange.answer.header('access-control-allow-credentials') !== 'true',
      )
      return without.length > 0 ? `no Access-Control-Allow-Credentials: true (${list(without)})` : undefined
    },
  },
  {
    id: 'cors.errors',
    title: 'Refusals have no CORS headers',
    severity: 'error',
    reason:
      'The page sees a dead network in place of a 401 or 429: it neither refreshes nor says what is wrong.',
    fix: 'cors.errors',
    rule: 24,
    judge(observations) {
      const errors = answers(observations).filter(({ answer }) => answer.status >= 400)
      if (errors.length === 0) throw new NotChecked('nothing was refused')
      if (successes(observations).some((exchange) => allowed(exchange) === undefined))
        throw new NotChecked('no answer has them: see cors.origin')
      const hidden = errors.filter((exchange) => allowed(exchange) === undefined)
      const codes = [...new Set(hidden.map(({ answer }) => answer.status))].join(', ')
      return hidden.length > 0 ? `${codes} of ${list(hidden)}` : undefined
    },
  },
  {
    id: 'cors.reflects',
    title: 'Every site may call the API as the user',
    severity: 'error',
    reason: 'The API repeats whatever Origin it is sent. A hostile page can refresh, and read the token.',
    fix: 'cors-exact',
    rule: 24,
    judge: (observations) => elsewhere(observations, 'foreign'),
  },
  {
    id: 'cors.null',
    title: 'The origin "null" is allowed',
    severity: 'error',
    reason: 'Any site can be "null": a sandboxed frame is enough.',
    fix: 'cors-exact',
    rule: 24,
    judge(observations) {
      unlessReflected(observations)
      return elsewhere(observations, 'null')
    },
  },
  {
    id: 'cors.lookalike',
    title: 'Origins that begin like yours are allowed',
    severity: 'error',
    reason:
      'Whoever registers such a domain may call the API as the user. A prefix or a loose regexp is compared.',
    fix: 'cors-exact',
    rule: 24,
    judge(observations) {
      unlessReflected(observations)
      return elsewhere(observations, 'lookalike')
    },
  },
  {
    id: 'cors.vary',
    title: 'The answer depends on Origin, and does not say so',
    severity: 'warning',
    reason: 'A cache hands the CORS headers for one page to another, which then fails.',
    fix: 'cors.vary',
    rule: 24,
    judge(observations) {
      const silent = successes(observations).filter((exchange) => {
        const vary = exchange.answer.list('vary')
        return allowed(exchange) === observations.plan.page && !vary.includes('origin') && !vary.includes('*')
      })
      return silent.length > 0 ? `no Vary: Origin (${list(silent)})` : undefined
    },
  },
  {
    id: 'cors.expose-authorization',
    title: 'The page cannot see the token in the header',
    severity: 'error',
    reason: 'Across origins, scripts see only the headers that are exposed: sign-in seems to give no token.',
    fix: 'cors',
    rule: 34,
    judge(observations) {
      observations.crossOrigin()
      if (observations.access().place !== 'header') throw new NotChecked('the token is in the body')
      return exposed(observations, 'Authorization')
    },
  },
  {
    id: 'cors.expose-retry-after',
    title: 'The page cannot see Retry-After',
    severity: 'warning',
    reason: 'After a 429 or 503 the client has to guess when to try again, too early as a rule.',
    fix: 'cors',
    rule: 34,
    judge: (observations) => exposed(observations, 'Retry-After'),
  },
  {
    id: 'cors.expose-date',
    title: 'The page cannot see Date',
    severity: 'advice',
    reason:
      'It is what the lifetime of a token without iat is counted from, whatever the clock of the user says.',
    fix: 'cors',
    rule: 34,
    judge: (observations) => exposed(observations, 'Date'),
  },
  {
    id: 'cors.preflight-status',
    title: 'Preflights are refused',
    severity: 'error',
    reason:
      'Browsers ask with OPTIONS, without cookie or token, before they send. Anything but 2xx means: not at all.',
    fix: 'cors.preflight-status',
    rule: 24,
    judge(observations) {
      const refused = preflights(observations).filter(({ answer }) => !answer.isOk)
      const [first] = refused
      return first && `answered with ${first.answer.status} (${list(refused)})`
    },
  },
  {
    id: 'cors.preflight-origin',
    title: 'Preflights do not allow the origin of the page',
    severity: 'error',
    reason: 'The browser sends nothing after them.',
    fix: 'cors',
    rule: 24,
    judge(observations) {
      const closed = preflights(observations).filter(
        (exchange) => ![observations.plan.page, '*'].includes(allowed(exchange) ?? ''),
      )
      return closed.length > 0 ? `${observations.plan.page} is not allowed (${list(closed)})` : undefined
    },
  },
  {
    id: 'cors.preflight-headers',
    title: 'Preflights do not allow headers that the client sends',
    severity: 'error',
    reason:
      'The browser does not send the request. Authorization must be named: * does not cover it, nor anything with cookies.',
    fix: 'cors',
    rule: 24,
    judge: (observations) =>
      lacking(observations, 'headers', ({ step }) => {
        const isSignIn = step === 'preflight-sign-in'
        const rule = csrfRuleOf(observations, STEPS[step] ?? 'signIn')
        // Without cookies, CSRF is not possible: the suggested options then send no such header.
        const isSent =
          rule &&
          (!observations.plan.isCsrfOpen || observations.needsCookies) &&
          // Without a cookie to repeat, there is no header.
          !(
            'cookie' in rule &&
            ((isSignIn && !observations.plan.csrfPage) || !hasCookie(observations, rule.cookie))
          )
        const csrf = isSent ? [rule.header] : []
        const token = observations.plan.isCookieSession ? [] : ['Authorization']
        if (step === 'preflight-me') return token
        if (isSignIn) return ['Content-Type', ...csrf]
        return step === 'preflight-sign-out' ? [...token, ...csrf] : csrf
      }),
  },
  {
    id: 'cors.preflight-methods',
    title: 'Preflights do not allow a method that is needed',
    severity: 'error',
    reason: 'The browser does not send the request: signing out, for one, never reaches the API.',
    fix: 'cors',
    rule: 24,
    judge: (observations) =>
      lacking(observations, 'methods', ({ step }) => {
        const method = observations.plan.endpoints[STEPS[step] ?? 'signIn']?.method ?? 'GET'
        // Preflights need not allow these methods.
        return ['GET', 'HEAD', 'POST'].includes(method) ? [] : [method]
      }),
  },
  {
    id: 'cors.preflight-cache',
    title: 'Preflights are not cached for long',
    severity: 'advice',
    reason:
      'Every other request is asked for twice: without Access-Control-Max-Age, browsers forget after five seconds.',
    fix: 'cors',
    rule: 24,
    judge(observations) {
      const short = preflights(observations).filter(
        ({ answer }) => !(Number(answer.header('access-control-max-age') ?? 5) >= 60),
      )
      const [first] = short
      if (!first) return undefined
      const age = first.answer.header('access-control-max-age')
      return `${age === undefined ? 'no Access-Control-Max-Age' : `kept for ${duration(Number(age))}`} (${list(short)})`
    },
  },
]

const hasCookie = (observations: Observations, name: string) =>
  [...observations.grants(), ...observations.answered('csrf-page')].some(({ answer }) =>
    answer.cookies.some((cookie) => cookie.name === name),
  )

/** @throws NotChecked if the session needs no cookie */
function withCookies(observations: Observations) {
  if (!observations.needsCookies) throw new NotChecked('the session needs no cookie')
}

function unlessReflected(observations: Observations) {
  if (elsewhere(observations, 'foreign')) throw new NotChecked('every origin is allowed: see cors.reflects')
}
