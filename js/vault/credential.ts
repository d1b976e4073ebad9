import { isWrite } from '../common/csrf-token.js'
import { isTokenName } from '../common/redaction.js'
import { packHead } from '../protocol/packing.js'
import { RemoteResponse } from '../protocol/response.js'
import { type CsrfReaders, setCsrf } from './exchange.js'
import type { resolveOptions } from './options.js'
import type { Outgoing } from './outgoing.js'

type Config = ReturnType<typeof resolveOptions>

/**
 * Prepares a request to the API: prevents redirects of requests with credential headers, includes cookies where they belong
 * to the credential or to the CSRF token, and sets the CSRF header.
 */
export async function applyCredential(
  { init, headers }: Outgoing,
  { credential, csrf }: Config,
  readers: CsrfReaders,
) {
  const isBearer = credential === 'bearer'
  // For a token in `Authorization`, no other site can send a request. The CSRF header is needed only if the API gives it.
  if (isBearer && !readers.source) return
  // Before a redirect to another origin, `fetch` removes `Authorization`, but not these headers (promise 13).
  if (!isBearer && credential !== 'cookie' && init.redirect !== 'manual') init.redirect = 'error'
  if (init.credentials === 'omit') return
  init.credentials = 'include'
  if (isWrite(init.method)) await setCsrf(headers, csrf, readers)
}

/** Called by the core. devise_token_auth sends blank headers if there is no new token; then the result is `undefined`. */
export function readHeaders({ headers }: Response, names: string): string | undefined {
  const values = names.split(',').map((name) => headers.get(name))
  return values.every(Boolean) ? values.join('\n') : undefined
}

/** Returns the response without the headers that contain a token (promise 3). */
export function withoutCredential(response: Response, config: Config): Response {
  const { credential, refreshHeader, renewHeader } = config
  const names = [...credential.split(','), refreshHeader?.toLowerCase(), renewHeader]
  const isCredential = (name: string) => names.includes(name) || isTokenName(name)
  if (![...response.headers.keys()].some(isCredential)) return response
  const head = packHead(response)
  head.headers = head.headers.filter(([name]) => !isCredential(name))
  return new RemoteResponse(head, response.body)
}
