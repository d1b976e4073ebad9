import { createCsrfSource, type SourcedCsrf } from '../../common/csrf-source.js'
import type { Csrf } from '../../common/endpoint.js'
import type { Endpoint } from '../options.js'
import type { RawAnswer } from '../transport.js'

type Address = Pick<Endpoint, 'method' | 'url'>

interface Dependencies {
  csrf: SourcedCsrf
  api: string
  /** The endpoints whose responses may contain the token. */
  endpoints: readonly (Address | undefined)[]
  send: (endpoint: Address, headers: Record<string, string>, body?: string) => Promise<RawAnswer>
}

/** Statuses of responses without a body (Fetch, "null body status"). */
const BODILESS = [101, 204, 205, 304]

/** The CSRF tokens of an API, read and sent by the code that vaults use. */
export function createCsrfTokens({ csrf, api, endpoints, send }: Dependencies) {
  const answers = new WeakMap<Response, RawAnswer>()

  async function fetch(url: string, { method = 'GET', headers, body }: RequestInit) {
    const sent = typeof body === 'string' ? body : undefined
    const answer = await send({ method, url: new URL(url) }, Object.fromEntries(new Headers(headers)), sent)
    const { status } = answer
    const response = new Response(BODILESS.includes(status) ? null : answer.body, {
      status,
      headers: answer.headers.filter(([name]) => name !== 'set-cookie'),
    })
    answers.set(response, answer)
    return response
  }

  const tokens = createCsrfSource({
    csrf,
    origins: new Set([api]),
    endpoints: endpoints.map((endpoint) => endpoint && { path: endpoint.url.href }),
    fetch,
    // The trial judges the failure itself.
    error: (_, { cause }) => cause as Error,
  })
  return {
    /** The header for a write, if the API has given a token. */
    async header(): Promise<Record<string, string>> {
      const token = await tokens.read()
      return token === null ? {} : { [csrf.header]: token }
    },
    async send({ method, url }: Address, headers: Record<string, string>, body?: string): Promise<RawAnswer> {
      const response = await tokens.fetch(url.href, { method, headers, ...(body !== undefined && { body }) })
      return answers.get(response) as RawAnswer
    },
  }
}

/** The same option in the form that the server accepts: it reads no pages. */
export function withoutMeta(csrf: Csrf) {
  if (!csrf || !('from' in csrf)) return csrf
  const { header, from } = csrf
  return { header, from: 'meta' in from ? { endpoint: from.endpoint ?? '/' } : from }
}
