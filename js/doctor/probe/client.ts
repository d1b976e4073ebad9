import { authorization as authorizationOf } from '../../common/authorization.js'
import { encodeBody } from '../../common/endpoint.js'
import { type Answer, readAnswer } from '../answer.js'
import { browserHeaders } from '../browser.js'
import { type Endpoint, named, type Plan } from '../options.js'
import type { Secret, Secrets } from '../secret.js'
import type { Transport } from '../transport.js'
import type { Observations, Step } from './observations.js'
import { csrfHeaders, type Session } from './session.js'

export interface Asking {
  step: Step
  endpoint: Endpoint
  /**
   * The origin of the page that sends the request.
   * @default that of the plan
   */
  origin?: string
  session?: Session | undefined
  /**
   * Whether to send the access token of the session, or the token to send instead.
   * @default false
   */
  bearer?: Secret | boolean
  /**
   * Whether to send the CSRF header.
   * @default true
   */
  csrf?: boolean
  /**
   * Whether to send the cookies of the session.
   * @default true
   */
  cookies?: boolean
  /** The members of a body, in the encoding of the endpoint. */
  json?: object | undefined
  form?: URLSearchParams
  headers?: Record<string, string>
}

export type Client = ReturnType<typeof createClient>

/** Sends requests as a browser does for a page, and records the responses. */
export function createClient(plan: Plan, transport: Transport, secrets: Secrets, observations: Observations) {
  /** @returns `undefined` if there is no response */
  async function ask(asking: Asking): Promise<Answer | undefined> {
    const { step, endpoint } = asking
    const { method, url } = endpoint
    const origin = asking.origin ?? plan.page
    const [body, contentType] = bodyOf(asking)
    const browser = browserHeaders(method, origin, plan.api.origin)
    const outcome = await transport.send({
      method,
      url,
      body,
      headers: {
        Accept: 'application/json',
        ...browser,
        ...(contentType && { 'Content-Type': contentType }),
        ...endpoint.headers,
        ...asking.headers,
        ...credentials(asking),
      },
    })
    const exchange = {
      step,
      request: named(endpoint),
      path: url.pathname,
      origin: browser.Origin,
    }
    if ('failure' in outcome) {
      observations.record({ ...exchange, failure: outcome.failure })
      return undefined
    }
    const answer = readAnswer(outcome.answer, secrets, plan)
    observations.record({ ...exchange, answer })
    return answer
  }

  function credentials(asking: Asking): Record<string, string> {
    const { endpoint, session, bearer, csrf = true, cookies = true } = asking
    const jar = cookies ? [...(session?.jar.values() ?? [])] : []
    const token = bearer === true ? session?.access : bearer || undefined
    return {
      ...(csrf && csrfHeaders(plan, endpoint, session)),
      ...(token && { Authorization: authorization(plan, token) }),
      ...(jar.length > 0 && { Cookie: jar.map(({ name, value }) => `${name}=${value.reveal()}`).join('; ') }),
    }
  }

  return {
    ask,

    /** Sends the preflight that a browser sends before such a request to another origin. */
    preflight: (step: Step, { method, url }: Endpoint, headers: readonly string[], origin = plan.page) =>
      ask({
        step,
        endpoint: { method: 'OPTIONS', url },
        origin,
        csrf: false,
        headers: {
          Accept: '*/*',
          'Access-Control-Request-Method': method,
          ...(headers.length > 0 && { 'Access-Control-Request-Headers': headers.join(',').toLowerCase() }),
        },
      }),

    /** Sends the refresh token of a session in the way that the plan defines. */
    refresh: (step: Step, endpoint: Endpoint, session: Session, asking: Partial<Asking> = {}) =>
      ask({ step, endpoint, session, ...refreshOf(plan, session), ...asking }),
  }
}

/** The body of a request and its type, if it has one. */
function bodyOf({ endpoint, json, form }: Asking): [body?: string, contentType?: string] {
  if (form) return [String(form), 'application/x-www-form-urlencoded']
  if (json === undefined && (!endpoint.body || endpoint.method === 'GET')) return []
  return encodeBody({ ...endpoint.body, ...json }, endpoint.encoding ?? 'json')
}

const authorization = ({ scheme }: Plan, token: Secret) => authorizationOf(scheme, token.reveal())

/** A refresh token that came in a body is sent in a body under its own name, unless the plan has another place for it. */
export function refreshOf(plan: Plan, { refresh }: Session): Pick<Asking, 'headers' | 'json'> {
  if (!refresh || plan.isRefreshedByCookie) return {}
  const { refreshToken = { body: refresh.place.split('.').at(-1) ?? '' } } = plan
  if ('body' in refreshToken) return { json: { [refreshToken.body]: refresh.token.reveal() } }
  const isAuthorization = /^authorization$/i.test(refreshToken.header)
  return {
    headers: isAuthorization
      ? { Authorization: authorization(plan, refresh.token) }
      : { [refreshToken.header]: refresh.token.reveal() },
  }
}
