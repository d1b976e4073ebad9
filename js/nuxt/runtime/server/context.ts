import type { H3Event } from 'h3'
import { adapterError } from '../../../adapter-errors.js'
import type { RequestSession } from '../../../server/index.js'

/** What an event has of its session. */
export type EventSession = Pick<RequestSession, 'fetch' | 'info'>

type Nitro = { routeRules?: { isr?: unknown } } | undefined
type Context = { [KEY]?: () => EventSession }

// Pages are rendered by modules of their own in development, which share the event and nothing else.
const KEY: unique symbol = Symbol.for('tokencell.session') as never

/** Whether this is somebody's own request, and not one whose answer is kept for all. */
export const hasVisitor = ({ context }: H3Event) =>
  !import.meta.prerender && !context.cache && !(context._nitro as Nitro)?.routeRules?.isr

/**
 * The session of this request, which is opened when first asked for.
 *
 * @throws AuthError `shared-answer` where the answer is kept for all: it would be somebody's
 */
export function sessionOf(event: H3Event): EventSession {
  if (!hasVisitor(event)) throw adapterError('shared-answer')
  return (event.context as Required<Context>)[KEY]()
}

/** Says how to open it. What a request asks of this same server on the way has its session. */
export function offerSession(event: H3Event, open: () => EventSession) {
  const context = event.context as Context
  let opened: EventSession | undefined
  context[KEY] ??= () => {
    opened ??= open()
    return opened
  }
}
