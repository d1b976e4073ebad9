import { isBlob, isBuffer, isForm, isParams, isStream } from './brand.js'

/** A request in parts: the `Request`, and the options that cannot be read from a `Request`. */
export interface SplitRequest {
  request: Request
  /**
   * A copy of the body in `init`, which can be sent twice. `null` if `init` has no body; there may be one in the request.
   */
  body: BodyInit | null
  priority: RequestPriority | undefined
}

/**
 * Splits the arguments of `fetch` into parts. Each argument is read only once, so that the request that is sent is the one
 * that was parsed.
 *
 * A body inside a `Request` is a stream, which can be read only once. The body in `init` can be sent again.
 *
 * @throws TypeError as `fetch` does
 */
export function split(input: RequestInfo | URL, init?: RequestInit): SplitRequest {
  const { body: given, priority } = init ?? {}
  const body = copyBody(given ?? null)
  // If `init` has a body, the `Request` gets an empty one in its place: then the body of `input` is not read, and a GET is
  // refused.
  const read: Record<string, unknown> = { body: body === null ? given : new Uint8Array(), priority }
  // A member that has been read is not read again. The others are read from `init` itself and not from the proxy: if `init`
  // is a `Request`, its getters throw for any other receiver.
  const get = (_: unknown, name: string) => (name in read ? read : (init as Record<string, unknown>))[name]
  // The target of the proxy has the member names of `init`, so that a `Request` class that spreads its `init` finds them
  // (vitest with jsdom).
  const rest =
    init &&
    (new Proxy(Object.getOwnPropertyDescriptors(init), { get } as ProxyHandler<object>) as RequestInit)
  return { request: new Request(input, rest), body, priority }
}

/**
 * Joins the parts to one `Request`, with the options in `init`. Any member of `init` resets the referrer (Fetch, §5.4), so
 * the referrer is set again.
 */
export function join(request: Request, body: BodyInit | null, init?: RequestInit): Request {
  if (body === null && !init) return request
  const { referrer, referrerPolicy } = request
  const own = body !== null && { body, duplex: 'half' }
  return new Request(request, { referrer, referrerPolicy, ...init, ...own })
}

/**
 * Copies the body as it is now, as `fetch` does at the call: a later change by the caller has no effect. Blobs are
 * immutable, so they are not copied.
 */
export function copyBody(body: BodyInit | null): BodyInit | null {
  if (body === null || typeof body === 'string' || isBlob(body) || isStream(body)) return body
  if (isParams(body)) return new URLSearchParams(body)
  if (isBuffer(body)) return new Uint8Array(body).slice()
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice()
  }
  // Unlike `String`, this refuses a symbol, as `fetch` does.
  if (!isForm(body)) return `${body}`
  const copy = new FormData()
  for (const [name, value] of body) copy.append(name, value as string)
  return copy
}
