import { type Incoming, receive } from './body.js'
import type { CallChannel, CallMessage } from './call-channel.js'
import { goesThroughVault } from './origins.js'
import { plainFetch } from './plain-fetch.js'
import { packBody, packRequest, replayable } from './port/packing.js'
import { RemoteResponse } from './response.js'

/** Sends requests through the vault, so that it looks like `fetch` (promise 12). */
export function createSender(channel: CallChannel) {
  return async (request: Request, body: BodyInit | null, origins: readonly string[]): Promise<Response> => {
    if (!goesThroughVault(request, origins)) return plainFetch(request, body)
    const { signal } = request
    const packed = packBody(await replayable(request, body))
    signal.throwIfAborted()

    return new Promise((resolve, reject) => {
      let incoming: Incoming | undefined
      const transfer = packed instanceof ReadableStream ? [packed as unknown as Transferable] : []
      const question = { type: 'fetch', request: packRequest(request), body: packed } as const
      const id = channel.open(question, { onMessage, fail }, transfer)
      signal.addEventListener('abort', giveUp)

      function onMessage(message: CallMessage) {
        if (message.type === 'response') {
          const { head, body } = message
          const grant = (count: number) => body === 'chunks' && channel.post({ type: 'pull', id, count })
          if (body !== null) incoming = receive(grant, stop)
          if (typeof body !== 'string') end(body)
          resolve(new RemoteResponse(head, incoming))
        } else if (message.type === 'chunk') {
          incoming?.push(message.bytes)
        } else if (message.type === 'end') {
          end(message.bytes)
        }
      }

      function finish() {
        channel.close(id)
        signal.removeEventListener('abort', giveUp)
      }

      function end(bytes: ArrayBuffer | null) {
        finish()
        if (bytes) incoming?.push(new Uint8Array(bytes))
        incoming?.end(signal)
      }

      function stop() {
        finish()
        channel.post({ type: 'abort', id })
      }

      function fail(error: unknown) {
        finish()
        reject(error)
        incoming?.fail(error)
      }

      function giveUp() {
        fail(signal.reason)
        channel.post({ type: 'abort', id })
      }
    })
  }
}
