import { createError, getRequestHeader, getResponseHeader, type H3Event, setResponseHeader } from 'h3'
import type { SessionInfo } from '../../../bff-protocol.js'
import { decide, type Rule } from '../../../guard.js'
import type { RequestSession } from '../../../server/index.js'
import { useBff } from './bff.js'

/** The session of one request to this server. */
export interface ServerAuth {
  /** How things stand; after a refresh, if one is due. */
  info(): Promise<SessionInfo>
  /**
   * The same for those whom the rule lets in; others get an error with the status 401 or 403.
   * @default { requiresAuth: true }
   */
  require(rule?: Rule): Promise<SessionInfo>
  /** `fetch` to the API, with the token. */
  fetch: RequestSession['fetch']
}

/** The session of a request, in server routes and middleware of Nitro. */
export function useServerAuth(event: H3Event): ServerAuth {
  const { info, fetch } = sessionOf(event)
  return {
    info,
    fetch,
    async require(rule = { requiresAuth: true }) {
      const found = await info()
      const decision = decide(found.snapshot, rule)
      if (decision === 'allow') return found
      const isKnown = found.snapshot.status === 'authenticated'
      throw createError(
        isKnown ? { status: 403, message: 'Forbidden' } : { status: 401, message: 'Unauthorized' },
      )
    },
  }
}

/** Whether this is somebody's own request, and not one whose answer is kept for all. */
export const hasVisitor = (event: H3Event) => !import.meta.prerender && !event.context.cache

const KEY = Symbol.for('tokencell.session')

/** One for each request; whatever is done with it is in the response at once. */
export function sessionOf(event: H3Event): Pick<RequestSession, 'fetch' | 'info'> {
  const context = event.context as { [KEY]?: Pick<RequestSession, 'fetch' | 'info'> }
  context[KEY] ??= open(event)
  return context[KEY]
}

function open(event: H3Event) {
  const session = useBff().open(getRequestHeader(event, 'cookie'), true)
  /** Those of others, which stay. */
  const others = [getResponseHeader(event, 'set-cookie') ?? []].flat().map(String)

  async function handOn() {
    if (event.node.res.headersSent) return
    setResponseHeader(event, 'cache-control', 'private, no-store')
    const own = await session.setCookies()
    if (own.length > 0) setResponseHeader(event, 'set-cookie', [...others, ...own])
  }
  const handing =
    <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
    async (...args: Args) => {
      try {
        return await work(...args)
      } finally {
        await handOn()
      }
    }
  return { info: handing(session.info), fetch: handing(session.fetch) }
}
