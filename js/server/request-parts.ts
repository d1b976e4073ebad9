import { isStream } from '../common/brand.js'
import { copyBody } from '../common/request.js'

/** A request to the API: the arguments of `fetch`, read once, so that the request can be sent more than once. */
export interface RequestParts {
  url: URL
  /** Without the body of a `Request`. */
  init: RequestInit
  /** A `Request` that has a body. */
  request?: SpentOnce | undefined
}

/** The body of a `Request` is kept up to this length, to be sent again. In bytes. */
const KEPT = 256 * 1024

/**
 * Reads the arguments of `fetch`. Later changes to the arguments have no effect.
 *
 * @param base the URL that relative URLs are resolved against
 * @throws TypeError as `fetch` does
 */
export function splitRequest(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  base: string,
): RequestParts {
  const given = membersOf(init)
  if ('body' in given) given.body = copyBody(given.body ?? null)
  if (given.headers !== undefined) given.headers = new Headers(given.headers)
  if (!isRequest(input)) return { url: new URL(input, base), init: given }

  const hasOwnBody = given.body !== null && given.body !== undefined
  // An empty body takes the place of the body in `init`, so that the body of the `Request` is not used.
  const request = new Request(input, { ...given, ...(hasOwnBody && { body: new Uint8Array() }) })
  const { method, headers, redirect, keepalive, integrity } = request
  const { signal = input.signal, ...rest } = given
  const own = { ...rest, signal, method, headers, redirect, keepalive, integrity }
  const url = new URL(request.url)
  if (hasOwnBody || !request.body) return { url, init: own }
  const { body: _, ...bodiless } = own
  return { url, init: bodiless, request: createSpentOnce(request) }
}

/**
 * Sends the request. A `Request` is sent with its own body the first time, and with the copy of the body the second time.
 */
export function send({ url, init, request }: RequestParts): Promise<Response> {
  const first = request?.take()
  if (first) return fetch(first, init)
  const kept = request?.kept()
  return fetch(url, kept ? { ...init, body: kept } : init)
}

/** Whether the request can be sent again. */
export const isReplayable = ({ init, request }: RequestParts) =>
  request ? request.kept() !== undefined : !isStream(init.body)

/** A body that can be read once, and its copy. */
interface SpentOnce {
  take(): Request | undefined
  /** The whole body, if it has been read to its end and is not too long. */
  kept(): Uint8Array<ArrayBuffer> | undefined
}

/**
 * The copy is read while the request is sent. If the copy gets too long, reading stops, and the copy is released from
 * memory.
 */
function createSpentOnce(request: Request): SpentOnce {
  let first: Request | undefined = request
  let kept: Uint8Array<ArrayBuffer> | undefined
  readUpTo(KEPT, request.clone().body as ReadableStream<Uint8Array>).then(
    (bytes) => {
      kept = bytes
    },
    // The error reaches the caller through the request itself.
    () => {},
  )
  return {
    take() {
      const taken = first
      first = undefined
      return taken
    },
    kept: () => kept,
  }
}

async function readUpTo(
  most: number,
  body: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array<ArrayBuffer>>) {
    chunks.push(chunk)
    length += chunk.byteLength
    if (length > most) return undefined
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer())
}

/** Reads every member once, including those of a prototype, because a `Request` may be an `init`, too. */
function membersOf(init: RequestInit | undefined): RequestInit {
  const members: Record<string, unknown> = {}
  for (const name in init) {
    const value = (init as Record<string, unknown>)[name]
    if (value !== undefined) members[name] = value
  }
  return members
}

/** Frameworks have their own classes for `Request`, which have the same members. */
const isRequest = (input: unknown): input is Request =>
  typeof input === 'object' && input !== null && 'url' in input && 'headers' in input
