import type { VaultOptions } from '../../common/vault-options.js'
import { resolveOptions, type Target } from '../../server/options.js'
import { browserHeaders } from '../browser.js'
import { type Endpoint, named, type Plan } from '../options.js'
import type { RawAnswer, Transport } from '../transport.js'
import { createCookies } from './cookies.js'
import { createCsrfTokens, withoutMeta } from './csrf-tokens.js'

/** A request that would fail in an application, too. */
export class Failed extends Error {
  constructor(
    message: string,
    /** `limited`: there have been too many requests. `unanswered`: the failure may be temporary. */
    readonly kind: 'limited' | 'refused' | 'unanswered' = 'refused',
    /** In seconds. */
    readonly retryAfter?: number,
  ) {
    super(message)
  }
}

/** Without the members that are not set. */
const definedOf = <Options extends object>(options: Options) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Options]?: Exclude<Options[Name], undefined>
  }

/** Any value works, because nothing is sealed here. */
const SECRET = crypto.randomUUID()

export type Exchanges = ReturnType<typeof createExchanges>

/**
 * Sends the requests of a page with these options, with the headers and the cookies of a browser.
 *
 * @throws AuthError that names an option which is wrong
 */
export function createExchanges(options: VaultOptions, plan: Plan, transport: Transport) {
  const { csrf } = options
  const sourced = csrf && 'from' in csrf ? csrf : undefined
  const bff = serverOptions(options, plan)
  const cookies = createCookies(plan)
  const tokens =
    sourced &&
    createCsrfTokens({
      csrf: sourced,
      api: plan.api.origin,
      endpoints: [bff.signIn, bff.refresh],
      // With a CSRF token, every request to the API includes cookies.
      send: (endpoint, own, body) => send(endpoint, own, true, body),
    })

  async function send(
    endpoint: Pick<Endpoint, 'method' | 'url'>,
    own: Record<string, string>,
    withCookies: boolean,
    body?: string,
  ): Promise<RawAnswer> {
    const { method, url } = endpoint
    const cookie = withCookies && cookies.sentTo(url)
    const headers = {
      Accept: 'application/json',
      ...browserHeaders(method, plan.page, plan.api.origin),
      ...own,
      ...(cookie && { Cookie: cookie }),
    }
    const outcome = await transport.send({ method, url, headers, body: method === 'GET' ? undefined : body })
    if ('failure' in outcome)
      throw new Failed(`${named(endpoint)} got no response (${outcome.failure.kind})`, 'unanswered')
    if (withCookies) cookies.keep(outcome.answer, url)
    const { status, headers: answered } = outcome.answer
    if (status === 429) {
      const [, pause] = answered.find(([name]) => /^(x-)?retry-after$/.test(name)) ?? []
      throw new Failed(`the API limits ${named(endpoint)} (429)`, 'limited', Number(pause) || undefined)
    }
    return outcome.answer
  }

  const ask: typeof send = (endpoint, own, withCookies, body) =>
    tokens ? tokens.send(endpoint, own, body) : send(endpoint, own, withCookies, body)

  /** The CSRF header, as the page can send it. The page can read neither cookies of another host nor HttpOnly cookies. */
  async function csrfHeader({ csrf }: Target): Promise<Record<string, string>> {
    if (!csrf) return {}
    if ('from' in csrf) return tokens ? tokens.header() : {}
    const cookie = 'cookie' in csrf ? cookies.readable(csrf.cookie) : undefined
    const value = 'value' in csrf ? csrf.value : cookie
    return value === undefined ? {} : { [csrf.header]: value }
  }

  return {
    bff,
    /** A request of the page. */
    ask,
    /** An exchange of credentials, with this body and its type. */
    exchange: async (
      target: Target,
      own: Record<string, string>,
      [body, type]: readonly [body?: string, type?: string],
    ) =>
      ask(
        target,
        { ...(await csrfHeader(target)), ...(type && { 'Content-Type': type }), ...own },
        options.credentials !== 'omit',
        body,
      ),
  }
}

/** The options for the code of the server. */
function serverOptions({ csrf, check, credentials, signIn, ...options }: VaultOptions, { api }: Plan) {
  const { exchanges, fields, refresh, refreshToken, scheme, signOut, user } = options
  return resolveOptions({
    ...definedOf({ check, credentials, csrf: csrf && withoutMeta(csrf) }),
    ...definedOf({ exchanges, fields, refresh, refreshToken, scheme, signOut, user }),
    signIn,
    api: api.origin,
    secret: SECRET,
    allowInsecureHttp: true,
  })
}
