import { isForm, isParams } from '../common/brand.js'
import type { Credentials } from '../common/types.js'

/** A request without its body, as plain data. */
export interface PackedRequest {
  url: string
  init: Omit<RequestInit, 'body' | 'signal' | 'window'>
}

/**
 * A body in a form that can be cloned. A form and search parameters cannot be cloned, so an object with their content
 * stands for them. {@link CHUNKS} stands for a body whose chunks follow.
 */
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

/** Stands for a body that follows in separate messages. */
export const CHUNKS = { chunks: true } as const

export const isChunked = (body: PackedBody): body is typeof CHUNKS =>
  typeof body === 'object' && body !== null && 'chunks' in body

/** Credentials in a form that can be cloned. An object becomes JSON, because a reactive object cannot be cloned. */
export type PackedCredentials = Exclude<PackedBody, typeof CHUNKS> | { json: string }

/** The data of a `Response` without its body. */
export interface ResponseHead {
  status: number
  statusText: string
  headers: [string, string][]
  url: string
  redirected: boolean
  type: ResponseType
}

/** Options that cannot be read from a `Request`, or that it takes from its page. */
interface RequestExtras {
  priority?: RequestPriority | undefined
  referrerPolicy?: string | undefined
}

export function packRequest(request: Request, extras: RequestExtras = {}): PackedRequest {
  const { url, cache, credentials, integrity, keepalive, method, mode, redirect, referrer } = request
  const init = {
    cache,
    credentials,
    integrity,
    keepalive,
    method,
    mode,
    redirect,
    priority: extras.priority,
    headers: [...request.headers],
    referrer: referrer === 'about:client' ? location.href : referrer,
    referrerPolicy: request.referrerPolicy || extras.referrerPolicy,
  }
  return { url, init: init as PackedRequest['init'] }
}

/**
 * Returns the body in a form that can be sent twice.
 *
 * @param request if its own body is a stream, the stream is read to its end
 * @param body the body from `init`, which is not inside `request`
 */
export async function replayable(request: Request, body: BodyInit | null): Promise<BodyInit | null> {
  const hasOwn = body === null && request.body !== null && !/^(GET|HEAD)$/.test(request.method)
  const own = hasOwn && (await request.blob())
  return own && own.size > 0 ? own : body
}

/** Blobs and files are not copied: cloning a blob clones only the reference to its data. */
export function packBody(body: BodyInit | null): Exclude<PackedBody, typeof CHUNKS> {
  if (isForm(body)) return { form: [...body] }
  if (isParams(body)) return { params: body.toString() }
  // All other bodies can be cloned. Bytes are already copies without the rest of their buffer (`request.ts`).
  return body as string | Blob | null
}

export function unpackBody(body: Exclude<PackedBody, typeof CHUNKS>): BodyInit | null {
  if (typeof body !== 'object' || body === null) return body
  if ('params' in body) return new URLSearchParams(body.params)
  if (!('form' in body)) return body
  const form = new FormData()
  // No third argument: a file keeps its own name, and `append` does not accept a file name with a string.
  for (const [name, value] of body.form) form.append(name, value as string)
  return form
}

/**
 * Copies the credentials as they are now, because they may have to wait for the vault. Objects are sent as JSON, everything
 * else as `fetch` sends it.
 */
export function packCredentials(credentials: Credentials): PackedCredentials {
  const isFormBody = typeof credentials === 'string' || isForm(credentials) || isParams(credentials)
  return isFormBody ? packBody(credentials) : { json: JSON.stringify(credentials) }
}

/** The body of a sign-in, and its content type unless the browser sets the type itself. */
export function unpackCredentials(packed: PackedCredentials): [body: BodyInit | null, contentType?: string] {
  return isJson(packed) ? [packed.json, 'application/json'] : [unpackBody(packed)]
}

/** Whether the credentials were given as an object. */
export const isJson = (packed: PackedCredentials): packed is { json: string } =>
  typeof packed === 'object' && packed !== null && 'json' in packed

export function packHead(response: Response): ResponseHead {
  const { status, statusText, headers, url, redirected, type } = response
  return { status, statusText, headers: [...headers], url, redirected, type }
}
