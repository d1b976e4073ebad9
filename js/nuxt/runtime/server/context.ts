import type { H3Event } from 'h3'
import { adapterError } from '../../../adapters/errors.js'
import type { AppHeaders } from '../../../common/app-headers.js'
import type { RequestSession } from '../../../server/index.js'

/** The session of a request to this server. Every change of the session is added to the response at once. */
export interface EventSession extends Pick<RequestSession, 'fetch' | 'info'> {
  /** Answers a request of a page within this session, for example one for the API. */
  answer(request: Request): Promise<Response>
  /**
   * Returns the response that `fetch` of a page gets, from this server or another origin. Paths are those that browsers
   * use.
   *
   * @param ofApp the headers of the app, for requests to this server
   */
  fetchAsPage(input: RequestInfo | URL, init?: RequestInit, ofApp?: AppHeaders): Promise<Response>
}

type Nitro = { routeRules?: { isr?: unknown } } | undefined
type Context = { [KEY]?: () => EventSession }

// In development, pages are rendered by separate modules, which share only the event.
const KEY: unique symbol = Symbol.for('tokencell.session') as never

/** Whether the response is for this visitor only, and is not cached for all visitors. */
export const hasVisitor = ({ context }: H3Event) =>
  !import.meta.prerender && !context.cache && !(context._nitro as Nitro)?.routeRules?.isr

/**
 * The session of this request, which is opened at the first call.
 *
 * @throws AuthError `shared-answer` if the response is cached for all visitors: they would get the session of one visitor
 */
export function sessionOf(event: H3Event): EventSession {
  if (!hasVisitor(event)) throw adapterError('shared-answer')
  return (event.context as Required<Context>)[KEY]()
}

/**
 * Registers how to open the session. A request that this server makes to itself meanwhile has the session of the first
 * request.
 */
export function offerSession(event: H3Event, open: () => EventSession) {
  const context = event.context as Context
  const { __unenv__: outer } = event.node.req as { __unenv__?: Context }
  let opened: EventSession | undefined
  context[KEY] ??=
    outer?.[KEY] ??
    (() => {
      opened ??= open()
      return opened
    })
}
