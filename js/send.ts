import { type Incoming, receive } from './body.js'
import { packBody, packRequest, replayable } from './port/packing.js'
import type { Line, Word } from './remote.js'
import { RemoteResponse } from './response.js'

/** Sends requests through the vault, so that it looks like `fetch` (promise 12). */
export function createSender(line: Line) {
  return async (request: Request, body: BodyInit | null, origins: readonly string[]): Promise<Response> => {
    if (!goesThroughVault(request, origins)) {
      return fetch(body === null ? request : new Request(request, { body, duplex: 'half' } as RequestInit))
    }
    const { signal } = request
    const packed = packBody(await replayable(request, body))
    signal.throwIfAborted()

    return new Promise((resolve, reject) => {
      let incoming: Incoming | undefined
      const transfer = packed instanceof ReadableStream ? [packed as unknown as Transferable] : []
      const question = { type: 'fetch', request: packRequest(request), body: packed } as const
      const id = line.open(question, { hear, fail }, transfer)
      signal.addEventListener('abort', giveUp)

      function hear(word: Word) {
        if (word.type === 'response') {
          const { head, body } = word
          const grant = (count: number) => body === 'chunks' && line.tell({ type: 'pull', id, count })
          if (body !== null) incoming = receive(grant, stop)
          if (typeof body !== 'string') end(body)
          resolve(new RemoteResponse(head, incoming))
        } else if (word.type === 'chunk') {
          incoming?.push(word.bytes)
        } else if (word.type === 'end') {
          end(word.bytes)
        }
      }

      function finish() {
        line.hang(id)
        signal.removeEventListener('abort', giveUp)
      }

      function end(bytes: ArrayBuffer | null) {
        finish()
        if (bytes) incoming?.push(new Uint8Array(bytes))
        incoming?.end()
      }

      function stop() {
        finish()
        line.tell({ type: 'abort', id })
      }

      function fail(error: unknown) {
        finish()
        reject(error)
        incoming?.fail(error)
      }

      function giveUp() {
        fail(signal.reason)
        line.tell({ type: 'abort', id })
      }
    })
  }
}

/** Where no token may go, and where the caller brings one, `fetch` itself does best. */
function goesThroughVault(request: Request, origins: readonly string[]): boolean {
  const isAllowed = origins.some((origin) => request.url.startsWith(`${origin}/`))
  return isAllowed && !request.headers.has('authorization')
}
