import type { H3Event } from 'h3'
import { adapterError } from '../../../adapters/errors.js'
import type { RequestSession } from '../../../server/index.js'

/** What a request to this server has of its session. Whatever it changes is in the response at once. */
export interface EventSession extends Pick<RequestSession, 'fetch' | 'info'> {
  /** Answers a request of a page, such as for the API, within this session. */
  answer(request: Request): Promise<Response>
  /** What `fetch` of a page gets from this server, and from other origins. Paths are those of browsers. */
  fetchAsPage(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
}

type Nitro = { routeRules?: { isr?: unknown } } | undefined
type Context = { [KEY]?: () => EventSession }

// Pages are rendered by modules of their own in development, which share the event and nothing else.
const KEY: unique symbol = Symbol.for('tokencell.session') as never

/** Whether the answer is for this visitor only, and not cached for all. */
export const hasVisitor = ({ context }: H3Event) =>
  !import.meta.prerender && !context.cache && !(context._nitro as Nitro)?.routeRules?.isr

/**
 * The session of this request, which is opened when first asked for.
 *
 * @throws AuthError `shared-answer` where the answer is cached for all: they would get the session of one visitor
 */
export function sessionOf(event: H3Event): EventSession {
  if (!hasVisitor(event)) throw adapterError('shared-answer')
  return (event.context as Required<Context>)[KEY]()
}

/** Says how to open it. A request that this server makes to itself on the way has the session of the first. */
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
