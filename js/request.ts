/** A request in two parts: everything but the body, and the body as the caller gave it. */
export interface SplitRequest {
  request: Request
  body: BodyInit | null
}

/**
 * Takes the arguments of `fetch` apart, once: whatever they say is said here, and what is sent is what was parsed.
 *
 * A body inside a `Request` is a stream and gone after one reading; the one in `init` can be sent again.
 *
 * @throws TypeError as `fetch` does
 */
export function split(input: RequestInfo | URL, init?: RequestInit): SplitRequest {
  const body = copied(init?.body ?? null)
  // An object that inherits from `init` hides its body and nothing else, getters and future members included.
  const rest = body === null ? init : (Object.create(init ?? null, { body: { value: null } }) as RequestInit)
  return { request: new Request(input, rest), body }
}

/** The body as it is now: `fetch` takes it at the call, whatever its owner changes afterwards. Blobs never change. */
function copied(body: BodyInit | null): BodyInit | null {
  if (body instanceof URLSearchParams) return new URLSearchParams(body)
  if (body instanceof ArrayBuffer) return body.slice(0)
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice()
  }
  if (!(body instanceof FormData)) return body
  const copy = new FormData()
  for (const [name, value] of body) copy.append(name, value as string)
  return copy
}
