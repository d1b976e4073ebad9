import { unpackError } from './port/errors.js'
import { packBody, packRequest, unpackResponse } from './port/packing.js'
import { WINDOW } from './port/protocol.js'
import type { Line } from './remote.js'

/** Sends requests through the vault, so that it looks like `fetch` (promise 12). */
export function createSender(line: Line) {
  return async (request: Request, body: BodyInit | null, origins: readonly string[]): Promise<Response> => {
    if (!goesThroughVault(request, origins)) {
      return fetch(body === null ? request : new Request(request, { body, duplex: 'half' } as RequestInit))
    }
    const { signal } = request
    // A body inside a request could only be read once; what was read can be sent again.
    const own = body === null && request.body !== null && !isBodiless(request) ? await request.blob() : null
    const packed = packBody(own?.size === 0 ? body : (own ?? body))
    signal.throwIfAborted()

    return new Promise((resolve, reject) => {
      let stream: ReturnType<typeof receive> | undefined
      const id = line.open(
        (id) => ({ type: 'fetch', id, request: packRequest(request), body: packed }),
        (message) => {
          if (message.type === 'response') {
            const { head, body } = message
            if (body === 'chunks')
              stream = receive(
                () => stop(),
                (count) => line.tell({ type: 'pull', id, count }),
              )
            else finish()
            resolve(unpackResponse(head, stream?.readable ?? (body as ArrayBuffer | null)))
          } else if (message.type === 'chunk') {
            stream?.push(message.bytes)
          } else if (message.type === 'end') {
            finish()
            stream?.end()
          } else if (message.type === 'failed') {
            fail(unpackError(message.error))
          }
        },
        packed instanceof ReadableStream ? [packed as unknown as Transferable] : [],
      )
      const finish = () => {
        line.hang(id)
        signal.removeEventListener('abort', giveUp)
      }
      const stop = () => {
        finish()
        line.tell({ type: 'abort', id })
      }
      const fail = (error: unknown) => {
        finish()
        reject(error)
        stream?.fail(error)
      }
      const giveUp = () => {
        fail(signal.reason)
        line.tell({ type: 'abort', id })
      }
      signal.addEventListener('abort', giveUp)
    })
  }
}

const isBodiless = ({ method }: Request) => method === 'GET' || method === 'HEAD'

/** Where no token may go, and where the caller brings one, `fetch` itself does best. */
function goesThroughVault(request: Request, origins: readonly string[]): boolean {
  const { protocol, origin } = new URL(request.url)
  return protocol.startsWith('http') && origins.includes(origin) && !request.headers.has('authorization')
}

/** A body that comes in chunks: it is asked for a few at a time, as they are read. */
function receive(stop: () => void, pull: (count: number) => void) {
  let expected = WINDOW
  let isOver = false
  let controller!: ReadableStreamDefaultController<Uint8Array> | ReadableByteStreamController
  const source = {
    start(given: typeof controller) {
      controller = given
    },
    pull() {
      if (isOver || expected === WINDOW) return
      pull(WINDOW - expected)
      expected = WINDOW
    },
    cancel: stop,
  }
  // What `fetch` gives is a byte stream, where there are any.
  const type = 'ReadableByteStreamController' in globalThis ? 'bytes' : undefined
  const readable = new ReadableStream({ ...source, type } as UnderlyingDefaultSource)
  return {
    readable,
    push(bytes: Uint8Array<ArrayBuffer>) {
      expected -= 1
      if (!isOver) controller.enqueue(bytes)
    },
    end() {
      if (isOver) return
      isOver = true
      controller.close()
      // Whoever waits with a buffer of its own is told that nothing comes.
      if ('byobRequest' in controller) controller.byobRequest?.respond(0)
    },
    fail(error: unknown) {
      if (isOver) return
      isOver = true
      controller.error(error)
    },
  }
}
