import type { AppHeaders } from '../common/app-headers.js'
import { AuthError, type AuthErrorCode, commonError } from '../common/errors.js'
import type { Lifetime } from '../common/lifetime.js'
import { plainFetch } from '../common/plain-fetch.js'
import { platformFetch } from '../common/platform-fetch.js'
import { join, split } from '../common/request.js'
import { stepUpEvent } from '../common/step-up.js'
import type { AuthEvent } from '../common/types.js'
import { CSRF_HEADER, ERROR_HEADER, GENERATION_HEADER, SESSION_HEADER } from '../protocol/server-session.js'
import { addHeaders } from './headers.js'
import type { createSessionRequests } from './session-requests.js'
import type { SessionState } from './session-state.js'

interface Dependencies<User> {
  state: SessionState<User>
  requests: ReturnType<typeof createSessionRequests<User>>
  lifetime: Lifetime
  emit(event: AuthEvent): void
  /** Called after a request that the server counts as activity, with the time when it was sent. */
  onActivity(at: number): void
  /** Connects the client to the page and the other tabs. */
  start(): void
  /** The headers of the app. */
  headers: AppHeaders
}

/** `auth.fetch`: the browser's `fetch`, with the headers that the server requires on requests to this origin. */
export function createFetch<User>(dependencies: Dependencies<User>): typeof fetch {
  const { state, requests, lifetime, emit, onActivity, start, headers: own } = dependencies

  async function send(request: Request, body: BodyInit | null): Promise<Response> {
    const { info, signal } = state
    const headers = new Headers(request.headers)
    addHeaders(headers, own)
    headers.set(CSRF_HEADER, 'tokencell')
    headers.set(SESSION_HEADER, info.session ?? '')
    const init = { headers, signal: AbortSignal.any([request.signal, signal]) }
    const sentAt = Date.now()
    const response = await platformFetch(join(request, body, init))
    const code = response.headers.get(ERROR_HEADER) as AuthErrorCode | null
    if (!code) onActivity(sentAt)
    const stepUp = stepUpEvent(request.url, response)
    if (stepUp) emit(stepUp)
    if (code === 'replaced' || (response.status === 401 && !stepUp)) await requests.revalidate()
    else requests.catchUpWith(Number(response.headers.get(GENERATION_HEADER)))
    if (!code) return response
    const { message = `The server refused this request with ${code}.` } = await response
      .json()
      .catch(() => ({}))
    throw new AuthError(code, message, { status: response.status })
  }

  return async (input, init) => {
    if (typeof window === 'undefined') throw commonError('not-in-browser')
    const { request, body } = split(input, init)
    const isOurs = new URL(request.url).origin === location.origin
    if (!isOurs) return plainFetch(request, body)
    request.signal.throwIfAborted()
    start()
    await lifetime.during(() => requests.whenKnown(), request.signal)
    const began = performance.now()
    let status: number | null = null
    try {
      const response = await send(request, body)
      status = response.status
      return response
    } finally {
      const { method, url } = request
      const [bare = ''] = url.split(/[?#]/)
      const millis = performance.now() - began
      emit({ type: 'request', via: 'direct', method, url: bare, status, millis, here: true })
    }
  }
}
