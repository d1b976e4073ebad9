import { type CompleteEndpoint, encodeBody } from '../common/endpoint.js'

/** The headers of every exchange with this endpoint. */
export async function exchangeHeaders({ csrf }: CompleteEndpoint, readCookie: ReadCookie): Promise<Headers> {
  const headers = new Headers({ Accept: 'application/json' })
  if (!csrf) return headers
  const value = 'cookie' in csrf ? await readCookie(csrf.cookie) : csrf.value
  if (value !== null) headers.set(csrf.header, value)
  return headers
}

/**
 * Called by the core. Encodes the body with these members and those of the endpoint, and sets its content type. Returns
 * `undefined` if there are no members.
 */
export function encode(endpoint: CompleteEndpoint, members: Record<string, string>, headers: Headers) {
  const all = { ...endpoint.body, ...members }
  if (Object.keys(all).length === 0) return undefined
  const [body, contentType] = encodeBody(all, endpoint.encoding)
  headers.set('Content-Type', contentType)
  return body
}

/** Reads the value of a readable cookie; `null` if there is no such cookie. Rejects if no page answers. */
export type ReadCookie = (name: string) => Promise<string | null>
