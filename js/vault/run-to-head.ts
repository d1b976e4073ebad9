import type { Outgoing } from './outgoing.js'

/**
 * How long an aborted request may still wait for its response, before it is cancelled: as long as an exchange. In
 * milliseconds.
 */
const ABORTED_TIMEOUT = 70_000

/**
 * Sends a request whose response headers may contain the next credential. If the request is aborted, the promise rejects at
 * once with the reason, but the request continues until its headers have arrived: without them the session would be lost.
 */
export function runToHead(
  request: Outgoing,
  send: (request: Outgoing) => Promise<Response>,
): Promise<Response> {
  const { signal, init } = request
  const connection = new AbortController()
  init.signal = connection.signal
  const sent = send(request)

  return new Promise((resolve, reject) => {
    const cancel = () => connection.abort(signal.reason)
    let isSettled = false
    let timeout: ReturnType<typeof setTimeout> | undefined

    function onAbort() {
      reject(signal.reason)
      if (isSettled) cancel()
      else timeout = setTimeout(cancel, ABORTED_TIMEOUT)
    }

    function onSettled() {
      isSettled = true
      clearTimeout(timeout)
      // The caller has aborted the request, so the body is not needed.
      if (signal.aborted) cancel()
    }

    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    sent.finally(onSettled).then(resolve, reject)
  })
}
