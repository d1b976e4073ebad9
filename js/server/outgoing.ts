import { isStream } from '../common/brand.js'
import { copyBody } from '../common/request.js'

/** A request to the API: the arguments of `fetch`, taken apart once, so that it can be sent more than once. */
export interface Outgoing {
  url: URL
  /** Without the body of a `Request`. */
  init: RequestInit
  /** A `Request` that has a body. */
  request?: SpentOnce | undefined
}

/** Up to this, the body of a `Request` is kept to be sent again. In bytes. */
const KEPT = 256 * 1024

/**
 * Takes the arguments of `fetch` apart. What they say is said here: changes that are made later are not seen.
 *
 * @param base what relative URLs are meant for
 * @throws TypeError as `fetch` does
 */
export function takeApart(input: RequestInfo | URL, init: RequestInit | undefined, base: string): Outgoing {
  const given = membersOf(init)
  if ('body' in given) given.body = copyBody(given.body ?? null)
  if (given.headers !== undefined) given.headers = new Headers(given.headers)
  if (!isRequest(input)) return { url: new URL(input, base), init: given }

  const hasOwnBody = given.body !== null && given.body !== undefined
  // An empty body stands for the one in `init`, so that the body of the `Request` is left alone.
  const request = new Request(input, { ...given, ...(hasOwnBody && { body: new Uint8Array() }) })
  const { method, headers, redirect, keepalive, integrity } = request
  const { signal = input.signal, ...rest } = given
  const own = { ...rest, signal, method, headers, redirect, keepalive, integrity }
  const url = new URL(request.url)
  if (hasOwnBody || !request.body) return { url, init: own }
  const { body: _, ...bodiless } = own
  return { url, init: bodiless, request: createSpentOnce(request) }
}

/** Sends it: a `Request` with its body as it is, the second time with the body that was kept. */
export function send({ url, init, request }: Outgoing): Promise<Response> {
  const first = request?.take()
  if (first) return fetch(first, init)
  const kept = request?.kept()
  return fetch(url, kept ? { ...init, body: kept } : init)
}

/** Whether it can be sent once more. */
export const isReplayable = ({ init, request }: Outgoing) =>
  request ? request.kept() !== undefined : !isStream(init.body)

/** A body that can be read once, and what was kept of it. */
interface SpentOnce {
  take(): Request | undefined
  /** All of the body, if it has been read to its end by now and is not too long. */
  kept(): Uint8Array<ArrayBuffer> | undefined
}

/** The copy is read beside the request, and given up when it gets too long: then nothing of it stays in memory. */
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

/** Every member, read once, those of a prototype included: a `Request` may be an `init`, too. */
function membersOf(init: RequestInit | undefined): RequestInit {
  const members: Record<string, unknown> = {}
  for (const name in init) {
    const value = (init as Record<string, unknown>)[name]
    if (value !== undefined) members[name] = value
  }
  return members
}

/** Frameworks have classes of their own for it, which look like this one. */
const isRequest = (input: unknown): input is Request =>
  typeof input === 'object' && input !== null && 'url' in input && 'headers' in input
