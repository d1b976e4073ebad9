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
  if (own.length === 0) throw new NotChecked('no request got a response')
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
  if (all.length === 0) throw new NotChecked('no preflight got a response')
  return all
}

const list = (exchanges: Exchange[]) =>
  [...new Set(exchanges.map(({ request }) => request))].slice(0, 4).join(', ')

/** What an origin that should have no access may do. */
function elsewhere(observations: Observations, who: 'foreign' | 'lookalike' | 'null') {
  const all = observations.answered(`${who}-get`, `${who}-preflight`)
  if (all.length === 0) throw new NotChecked('the requests from another origin got no response')
  const open = all.filter((exchange) => allowed(exchange) === exchange.origin)
  const readable = open.filter(isReadable)
  if (readable.length > 0) return `the API allows ${readable[0]?.origin} with credentials (${list(readable)})`
  if (open.length > 0)
    return {
      evidence: `the API allows ${open[0]?.origin}, but without credentials (${list(open)})`,
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
  return hidden.length > 0
    ? `Access-Control-Expose-Headers does not contain ${name} (${list(hidden)})`
    : undefined
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
    title: 'The page may not read the responses of the API',
    severity: 'error',
    reason:
      'Browsers hide the response: every request fails with "Failed to fetch", beginning with the sign-in.',
    fix: 'cors',
    rule: 24,
    judge(observations) {
      const closed = successes(observations).filter(
        (exchange) => ![observations.plan.page, '*'].includes(allowed(exchange) ?? ''),
      )
      return closed.length > 0
        ? `the API does not allow ${observations.plan.page} (${list(closed)})`
        : undefined
    },
  },
  {
    id: 'cors.wildcard',
    title: 'The API allows the origin *',
    severity: 'error',
    reason:
      'Browsers reject * for requests with cookies: the refresh fails in browsers, although it works with tools like curl.',
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
      'Without Access-Control-Allow-Credentials: true, browsers drop the cookie that the sign-in sets, and hide the response.',
    fix: 'cors',
    rule: 24,
    judge(observations) {
      withCookies(observations)
      const without = [...successes(observations), ...preflights(observations)].filter(
        (exchange) =>
          allowed(exchange) !== undefined &&
          exchange.answer.header('access-control-allow-credentials') !== 'true',
      )
      return without.length > 0
        ? `the response has no Access-Control-Allow-Credentials: true (${list(without)})`
        : undefined
    },
  },
  {
    id: 'cors.errors',
    title: 'Error responses have no CORS headers',
    severity: 'error',
    reason:
      'The page sees a network error instead of a 401 or 429: it does not refresh, and it cannot show the cause.',
    fix: 'cors.errors',
    rule: 24,
    judge(observations) {
      const errors = answers(observations).filter(({ answer }) => answer.status >= 400)
      if (errors.length === 0) throw new NotChecked('no response had an error status')
      if (successes(observations).some((exchange) => allowed(exchange) === undefined))
        throw new NotChecked('successful responses have no CORS headers either: see cors.origin')
      const hidden = errors.filter((exchange) => allowed(exchange) === undefined)
      const codes = [...new Set(hidden.map(({ answer }) => answer.status))].join(', ')
      return hidden.length > 0
        ? `these responses have no Access-Control-Allow-Origin: ${codes} of ${list(hidden)}`
        : undefined
    },
  },
  {
    id: 'cors.reflects',
    title: 'Every site may call the API in the name of the user',
    severity: 'error',
    reason:
      'The API allows every Origin that a request contains. A hostile page can refresh and read the token.',
    fix: 'cors-exact',
    rule: 24,
    judge: (observations) => elsewhere(observations, 'foreign'),
  },
  {
    id: 'cors.null',
    title: 'The API allows the origin "null"',
    severity: 'error',
    reason: 'Any site can send requests with the origin "null": a sandboxed frame is enough.',
    fix: 'cors-exact',
    rule: 24,
    judge(observations) {
      unlessReflected(observations)
      return elsewhere(observations, 'null')
    },
  },
  {
    id: 'cors.lookalike',
    title: 'The API allows origins that only resemble yours',
    severity: 'error',
    reason:
      'An attacker can register such a domain and call the API in the name of the user. The API probably compares a prefix, or a regular expression without anchors.',
    fix: 'cors-exact',
    rule: 24,
    judge(observations) {
      unlessReflected(observations)
      return elsewhere(observations, 'lookalike')
    },
  },
  {
    id: 'cors.vary',
    title: 'The response depends on Origin, but has no Vary: Origin',
    severity: 'warning',
    reason:
      'A cache can return the CORS headers for one origin to a page of another origin, where the request then fails.',
    fix: 'cors.vary',
    rule: 24,
    judge(observations) {
      const silent = successes(observations).filter((exchange) => {
        const vary = exchange.answer.list('vary')
        return allowed(exchange) === observations.plan.page && !vary.includes('origin') && !vary.includes('*')
      })
      return silent.length > 0 ? `the response has no Vary: Origin (${list(silent)})` : undefined
    },
  },
  {
    id: 'cors.expose-authorization',
    title: 'The page cannot read the token in the Authorization header',
    severity: 'error',
    reason:
      'Across origins, scripts can read only exposed headers: the client finds no token after a sign-in.',
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
    title: 'The page cannot read the header Retry-After',
    severity: 'warning',
    reason: 'After a 429 or 503, the client does not know when to try again, and usually tries too early.',
    fix: 'cors',
    rule: 34,
    judge: (observations) => exposed(observations, 'Retry-After'),
  },
  {
    id: 'cors.expose-date',
    title: 'The page cannot read the header Date',
    severity: 'advice',
    reason:
      'For a token without iat, the client calculates the lifetime from Date. Without it, the client depends on the clock of the user, which may be wrong.',
    fix: 'cors',
    rule: 34,
    judge: (observations) => exposed(observations, 'Date'),
  },
  {
    id: 'cors.preflight-status',
    title: 'The API refuses preflights',
    severity: 'error',
    reason:
      'Before the actual request, browsers send OPTIONS without cookie and token. If the status is not 2xx, they do not send the request.',
    fix: 'cors.preflight-status',
    rule: 24,
    judge(observations) {
      const refused = preflights(observations).filter(({ answer }) => !answer.isOk)
      const [first] = refused
      return first && `the API responds to preflights with ${first.answer.status} (${list(refused)})`
    },
  },
  {
    id: 'cors.preflight-origin',
    title: 'Preflights do not allow the origin of the page',
    severity: 'error',
    reason: 'The browser does not send the request after such a preflight.',
    fix: 'cors',
    rule: 24,
    judge(observations) {
      const closed = preflights(observations).filter(
        (exchange) => ![observations.plan.page, '*'].includes(allowed(exchange) ?? ''),
      )
      return closed.length > 0
        ? `the API does not allow ${observations.plan.page} (${list(closed)})`
        : undefined
    },
  },
  {
    id: 'cors.preflight-headers',
    title: 'Preflights do not allow headers that the client sends',
    severity: 'error',
    reason:
      'The browser does not send the request. Name each header: * does not include Authorization, and has no effect for requests with cookies.',
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
    title: 'Preflights do not allow a method that the client uses',
    severity: 'error',
    reason:
      'The browser does not send the request: a sign-out with DELETE, for example, never reaches the API.',
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
    title: 'Browsers cache preflights for a short time only',
    severity: 'advice',
    reason:
      'Many requests need a second round trip: without Access-Control-Max-Age, browsers cache a preflight for 5 s.',
    fix: 'cors',
    rule: 24,
    judge(observations) {
      const short = preflights(observations).filter(
        ({ answer }) => !(Number(answer.header('access-control-max-age') ?? 5) >= 60),
      )
      const [first] = short
      if (!first) return undefined
      const age = first.answer.header('access-control-max-age')
      return `${age === undefined ? 'the response has no Access-Control-Max-Age' : `Access-Control-Max-Age is ${duration(Number(age))}`} (${list(short)})`
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
  if (elsewhere(observations, 'foreign'))
    throw new NotChecked('the API allows every origin: see cors.reflects')
}
