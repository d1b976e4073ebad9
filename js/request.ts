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
  const body = init?.body ?? null
  // An object that inherits from `init` hides its body and nothing else, getters and future members included.
  const rest = body === null ? init : (Object.create(init ?? null, { body: { value: null } }) as RequestInit)
  return { request: new Request(input, rest), body }
}
