import { packHead } from '../protocol/packing.js'
import { RemoteResponse } from '../protocol/response.js'
import type { ReadCookie } from './exchange.js'
import type { resolveOptions } from './options.js'
import type { Outgoing } from './outgoing.js'

type Config = ReturnType<typeof resolveOptions>

/** Requests that change nothing, and need no proof of where they come from (RFC 9110 §9.2.1). */
const SAFE = /^(GET|HEAD|OPTIONS)$/i

/** Readies a request for a credential that is no bearer: it stays here, takes cookies along, and says whose page this is. */
export async function applyCredential(
  { init, headers }: Outgoing,
  { credential, csrf }: Config,
  readCookie: ReadCookie,
) {
  // Fetch takes `Authorization` off before it follows to another origin, and no header of our own (promise 13).
  if (credential !== 'cookie' && init.redirect !== 'manual') init.redirect = 'error'
  if (init.credentials === 'omit') return
  init.credentials = 'include'
  if (!csrf || SAFE.test(init.method ?? 'GET') || headers.has(csrf.header)) return
  const value = 'cookie' in csrf ? await readCookie(csrf.cookie) : csrf.value
  if (value !== null) headers.set(csrf.header, value)
}

/** Called by the core. devise_token_auth leaves a header blank where nothing is new. */
export function readHeaders({ headers }: Response, names: string): string | undefined {
  const values = names.split(',').map((name) => headers.get(name))
  return values.every(Boolean) ? values.join('\n') : undefined
}

/** An answer without the headers that bring a token (promise 3). */
export function withoutCredential(response: Response, { credential }: Config): Response {
  const names = ['authorization', ...credential.split(',')]
  if (!names.some((name) => response.headers.has(name))) return response
  const head = packHead(response)
  head.headers = head.headers.filter(([name]) => !names.includes(name))
  return new RemoteResponse(head, response.body)
}
