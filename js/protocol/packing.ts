import { isForm, isParams } from '../common/brand.js'
import type { Credentials } from '../common/types.js'

/** A request without its body, as plain data. */
export interface PackedRequest {
  url: string
  init: Omit<RequestInit, 'body' | 'signal' | 'window'>
}

/** A body as it can be cloned. What cannot be, a form or search parameters, says what it was; chunks come after it. */
export type PackedBody =
  | null
  | string
  | ArrayBuffer
  | Uint8Array<ArrayBuffer>
  | Blob
  | ReadableStream
  | { form: [string, FormDataEntryValue][] }
  | { params: string }
  | typeof CHUNKS

/** Stands for a body that follows in messages of its own. */
export const CHUNKS = { chunks: true } as const

export const isChunked = (body: PackedBody): body is typeof CHUNKS =>
  typeof body === 'object' && body !== null && 'chunks' in body

/** A reactive object could not be cloned, its JSON can. */
export type PackedCredentials = Exclude<PackedBody, typeof CHUNKS> | { json: string }

/** What a `Response` says beside its body. */
export interface ResponseHead {
  status: number
  statusText: string
  headers: [string, string][]
  url: string
  redirected: boolean
  type: ResponseType
}

/** What a request leaves to its page, or does not say of itself. */
interface Unsaid {
  priority?: RequestPriority | undefined
  referrerPolicy?: string | undefined
}

export function packRequest(request: Request, unsaid: Unsaid = {}): PackedRequest {
  const { url, cache, credentials, integrity, keepalive, method, mode, redirect, referrer } = request
  const init = {
    cache,
    credentials,
    integrity,
    keepalive,
    method,
    mode,
    redirect,
    priority: unsaid.priority,
    headers: [...request.headers],
    referrer: referrer === 'about:client' ? location.href : referrer,
    referrerPolicy: request.referrerPolicy || unsaid.referrerPolicy,
  }
  return { url, init: init as PackedRequest['init'] }
}

/** The body as it can be sent twice. One inside a request is a stream, and read; `body` is that beside it. */
export async function replayable(request: Request, body: BodyInit | null): Promise<BodyInit | null> {
  const hasOwn = body === null && request.body !== null && !/^(GET|HEAD)$/.test(request.method)
  const own = hasOwn && (await request.blob())
  return own && own.size > 0 ? own : body
}

/** Blobs and files stay where they are: what is cloned is the way to them. */
export function packBody(body: BodyInit | null): Exclude<PackedBody, typeof CHUNKS> {
  if (isForm(body)) return { form: [...body] }
  if (isParams(body)) return { params: body.toString() }
  // All else can be cloned as it is; bytes are copies without the rest of a buffer (`request.ts`).
  return body as string | Blob | null
}

export function unpackBody(body: Exclude<PackedBody, typeof CHUNKS>): BodyInit | null {
  if (typeof body !== 'object' || body === null) return body
  if ('params' in body) return new URLSearchParams(body.params)
  if (!('form' in body)) return body
  const form = new FormData()
  // A file keeps its name, and `append` takes no name with a string.
  for (const [name, value] of body.form) form.append(name, value as string)
  return form
}

/** Credentials as they are now: they may have to wait for the vault. Objects go as JSON, all else as `fetch` sends it. */
export function packCredentials(credentials: Credentials): PackedCredentials {
  const isFormed = typeof credentials === 'string' || isForm(credentials) || isParams(credentials)
  return isFormed ? packBody(credentials) : { json: JSON.stringify(credentials) }
}

/** The body of a sign-in, and its type unless the browser finds that out itself. */
export function unpackCredentials(packed: PackedCredentials): [body: BodyInit | null, contentType?: string] {
  return isJson(packed) ? [packed.json, 'application/json'] : [unpackBody(packed)]
}

/** Whether these credentials came as an object. */
export const isJson = (packed: PackedCredentials): packed is { json: string } =>
  typeof packed === 'object' && packed !== null && 'json' in packed

export function packHead(response: Response): ResponseHead {
  const { status, statusText, headers, url, redirected, type } = response
  return { status, statusText, headers: [...headers], url, redirected, type }
}
