import { type CompleteEndpoint, encodeBody } from '../common/endpoint.js'

/** What an exchange with this endpoint has in its headers, whatever it is for. */
export async function exchangeHeaders({ csrf }: CompleteEndpoint, readCookie: ReadCookie): Promise<Headers> {
  const headers = new Headers({ Accept: 'application/json' })
  if (!csrf) return headers
  const value = 'cookie' in csrf ? await readCookie(csrf.cookie) : csrf.value
  if (value !== null) headers.set(csrf.header, value)
  return headers
}

/** Called by the core: the body with these members beside those of the endpoint, if there are any. */
export function encode(endpoint: CompleteEndpoint, members: Record<string, string>, headers: Headers) {
  const all = { ...endpoint.body, ...members }
  if (Object.keys(all).length === 0) return undefined
  const [body, contentType] = encodeBody(all, endpoint.encoding)
  headers.set('Content-Type', contentType)
  return body
}

/** The value of a readable cookie; rejects when there is no page to tell. */
export type ReadCookie = (name: string) => Promise<string | null>
