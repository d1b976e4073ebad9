import type { Outgoing } from './outgoing.js'

/** An aborted request is given as long as an exchange to answer, then it is cancelled. In milliseconds. */
const ABORTED_TIMEOUT = 70_000

/**
 * Sends a request whose answer may bring the next credential in its headers. When it is aborted, the caller gets the
 * reason at once, and the request goes on until its headers are here: without them the session would be lost.
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
      // The caller has given up: the body is not read.
      if (signal.aborted) cancel()
    }

    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    sent.finally(onSettled).then(resolve, reject)
  })
}
