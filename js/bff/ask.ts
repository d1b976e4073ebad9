import { callError } from '../common/call-errors.js'
import { platformFetch } from '../common/platform-fetch.js'
import { CSRF_HEADER } from '../protocol/server-session.js'
import { type Answer, readAnswer } from './answer.js'
import { CALL_TIMEOUT, EXCHANGE_TIMEOUT } from './timeouts.js'

/** Sends a request to a route of `tokencell/server`, such as `/session`, and reads the response. */
export type Ask<User> = (path: string, init?: RequestInit) => Promise<Answer<User>>

/** @param basePath the base path of the routes */
export function createAsk<User>(basePath: string): Ask<User> {
  return async (path, init = {}) => {
    const headers = new Headers(init.headers)
    headers.set(CSRF_HEADER, 'tokencell')
    const signal = AbortSignal.timeout(init.method === 'POST' ? EXCHANGE_TIMEOUT : CALL_TIMEOUT)
    const sent = platformFetch(basePath + path, { ...init, headers, signal, cache: 'no-store' })
    const response = await sent.catch((cause: unknown) => {
      throw callError('unreachable', { cause })
    })
    return readAnswer(response)
  }
}
