import { type Answer, readAnswer } from '../answer.js'
import { type Endpoint, named, type Plan } from '../options.js'
import type { Secret, Secrets } from '../secret.js'
import { topology } from '../topology.js'
import type { Wire } from '../wire.js'
import type { Seen, Step } from './seen.js'
import { csrfHeaders, type Session } from './session.js'

export interface Asking {
  step: Step
  endpoint: Endpoint
  /** The origin of the page that asks. @default that of the plan */
  origin?: string
  session?: Session | undefined
  /** Send the access token of the session, or this one. @default false */
  bearer?: Secret | boolean
  /** Send the header against CSRF. @default true */
  csrf?: boolean
  /** Send the cookies of the session. @default true */
  cookies?: boolean
  json?: unknown
  form?: URLSearchParams
  headers?: Record<string, string>
}

export type Client = ReturnType<typeof createClient>

/** Asks as a browser would for a page, and keeps what is answered. */
export function createClient(plan: Plan, wire: Wire, secrets: Secrets, seen: Seen) {
  /** @returns undefined if there is no answer */
  async function ask(asking: Asking): Promise<Answer | undefined> {
    const { step, endpoint, json, form } = asking
    const { method, url } = endpoint
    const origin = asking.origin ?? plan.page
    const body = form ? String(form) : json === undefined ? undefined : JSON.stringify(json)
    // Browsers leave it out where it says nothing.
    const hasOrigin = origin !== plan.api.origin || (method !== 'GET' && method !== 'HEAD')
    const outcome = await wire.send({
      method,
      url,
      body,
      headers: {
        Accept: 'application/json',
        'User-Agent': 'tokencell-doctor',
        ...(hasOrigin && { Origin: origin }),
        ...fetchMetadata(origin),
        ...(body !== undefined && {
          'Content-Type': form ? 'application/x-www-form-urlencoded' : 'application/json',
        }),
        ...credentials(asking),
        ...asking.headers,
      },
    })
    const exchange = {
      step,
      request: named(endpoint),
      path: url.pathname,
      origin: hasOrigin ? origin : undefined,
    }
    if ('failure' in outcome) {
      seen.record({ ...exchange, failure: outcome.failure })
      return undefined
    }
    const answer = readAnswer(outcome.answer, secrets)
    seen.record({ ...exchange, answer })
    return answer
  }

  function credentials({ session, bearer, csrf = true, cookies = true }: Asking): Record<string, string> {
    const jar = cookies ? [...(session?.jar.values() ?? [])] : []
    const token = bearer === true ? session?.access : bearer || undefined
    return {
      ...(csrf && csrfHeaders(plan.csrf, plan.isCsrfOpen, session)),
      ...(token && { Authorization: `Bearer ${token.reveal()}` }),
      ...(jar.length > 0 && { Cookie: jar.map(({ name, value }) => `${name}=${value.reveal()}`).join('; ') }),
    }
  }

  function fetchMetadata(origin: string): Record<string, string> {
    const site = origin === 'null' ? 'cross-site' : topology(origin, plan.api.origin)
    return { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' }
  }

  return {
    ask,

    /** What a browser asks before such a request of another origin. */
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

    /** Sends the refresh token of a session where it belongs. */
    refresh: (step: Step, endpoint: Endpoint, session: Session, asking: Partial<Asking> = {}) =>
      ask({ step, endpoint, session, ...bodyOf(session), ...asking }),
  }
}

/** A refresh token that came in a body goes in one, under its own name. */
export function bodyOf({ refresh }: Session): Pick<Asking, 'json'> {
  if (!refresh) return {}
  return { json: { [refresh.place.split('.').at(-1) ?? '']: refresh.token.reveal() } }
}
