import { isStream } from '../common/brand.js'
import { type Incoming, receive } from '../protocol/body.js'
import { CHUNKS, packBody, packRequest, replayable } from '../protocol/packing.js'
import { RemoteResponse } from '../protocol/response.js'
import type { CallChannel, CallMessage } from './call-channel.js'
import { declaredReferrerPolicy } from './referrer.js'
import { createUpload } from './upload.js'

/** Sends requests through the vault. For the caller, the result is the same as with `fetch` (promise 12). */
export function createSender(channel: CallChannel) {
  return async (request: Request, body: BodyInit | null, priority?: RequestPriority): Promise<Response> => {
    const { signal } = request
    // The body of a `Request` is a stream. Firefox has no `request.body`; there `replayable` reads the body as a whole.
    const stream = body === null && request.body
    const packed = stream ? CHUNKS : packBody(await replayable(request, body))
    signal.throwIfAborted()

    return new Promise((resolve, reject) => {
      let incoming: Incoming | undefined
      const transfer = isStream(packed) ? [packed as unknown as Transferable] : []
      const unsaid = { priority, referrerPolicy: declaredReferrerPolicy() }
      const question = { type: 'fetch', request: packRequest(request, unsaid), body: packed } as const
      const id = channel.open(question, { onMessage, fail }, transfer)
      const upload =
        stream && createUpload(stream, (bytes) => channel.post({ type: 'chunk', id, bytes }), abandon)
      signal.addEventListener('abort', giveUp)

      function onMessage(message: CallMessage) {
        if (message.type === 'response') {
          const { head, body } = message
          const grant = (count: number) => body === 'chunks' && channel.post({ type: 'pull', id, count })
          if (body !== null) incoming = receive(grant, abandon)
          if (typeof body !== 'string') end(body)
          resolve(new RemoteResponse(head, incoming?.readable ?? null, signal))
        } else if (message.type === 'chunk') {
          incoming?.push(message.bytes)
        } else if (message.type === 'pull') {
          if (upload) upload.pull(message.count)
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

      function fail(error: unknown) {
        finish()
        if (upload) upload.stop(error)
        reject(error)
        incoming?.fail(error)
      }

      function giveUp() {
        abandon(signal.reason)
      }

      /** Fails the call, and tells the vault to stop. */
      function abandon(error?: unknown) {
        fail(error)
        channel.post({ type: 'abort', id })
      }
    })
  }
}
