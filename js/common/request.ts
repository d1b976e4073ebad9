import { isBlob, isBuffer, isForm, isParams, isStream } from './brand.js'

/** A request in parts: what a `Request` says of itself, and what it does not. */
export interface SplitRequest {
  request: Request
  /** A copy of the body in `init`, which can be sent a second time; null when there is none, or it is in the request. */
  body: BodyInit | null
  priority: RequestPriority | undefined
}

/**
 * Takes the arguments of `fetch` apart, once: whatever they say is said here, and what is sent is what was parsed.
 *
 * A body inside a `Request` is a stream and gone after one reading; the one in `init` can be sent again.
 *
 * @throws TypeError as `fetch` does
 */
export function split(input: RequestInfo | URL, init?: RequestInit): SplitRequest {
  const { body: given, priority } = init ?? {}
  const body = copyBody(given ?? null)
  // An empty body stands for the one that goes beside it: the body of `input` is left alone, and a GET is refused.
  const read: Record<string, unknown> = { body: body === null ? given : new Uint8Array(), priority }
  // What has been read is not read again. The rest is asked of `init` itself: a `Request` is no receiver but of its own.
  const get = (_: unknown, name: string) => (name in read ? read : (init as Record<string, unknown>))[name]
  // An object with the names of its members, so that a `Request` that spreads its `init` finds them (vitest with jsdom).
  const rest =
    init &&
    (new Proxy(Object.getOwnPropertyDescriptors(init), { get } as ProxyHandler<object>) as RequestInit)
  return { request: new Request(input, rest), body, priority }
}

/** One `Request` again, with what `init` says. Any member of it resets the referrer (Fetch, §5.4), which is given anew. */
export function join(request: Request, body: BodyInit | null, init?: RequestInit): Request {
  if (body === null && !init) return request
  const { referrer, referrerPolicy } = request
  const own = body !== null && { body, duplex: 'half' }
  return new Request(request, { referrer, referrerPolicy, ...init, ...own })
}

/** The body as it is now: `fetch` takes it at the call, whatever its owner changes afterwards. Blobs never change. */
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
