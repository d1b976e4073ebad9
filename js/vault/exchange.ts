import { type CompleteEndpoint, type Csrf, encodeBody } from '../common/endpoint.js'

/** Where the value of the CSRF header comes from. */
export interface CsrfReaders {
  readCookie: ReadCookie
  /** Reads the token of `csrf.from`. */
  source?: { read(): Promise<string | null> } | undefined
}

/** Sets the CSRF header, if its value is known. */
export async function setCsrf(headers: Headers, csrf: Csrf, { readCookie, source }: CsrfReaders) {
  if (!csrf || headers.has(csrf.header)) return
  const value =
    'from' in csrf ? await source?.read() : 'cookie' in csrf ? await readCookie(csrf.cookie) : csrf.value
  if (value != null) headers.set(csrf.header, value)
}

/** The headers of every exchange with this endpoint. */
export async function exchangeHeaders({ csrf }: CompleteEndpoint, readers: CsrfReaders): Promise<Headers> {
  const headers = new Headers({ Accept: 'application/json' })
  await setCsrf(headers, csrf, readers)
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
