import type { Session } from './session.js'
import type { Renewal } from './upstream.js'

/**
 * What a process remembers of sessions. Frameworks load a module once for pages, once for handlers, once for the proxy: it
 * hangs on the global object, so that all of them share it. A session's id is random and secret: nobody finds another one's.
 */
export interface Memory {
  /** By session and generation. */
  renewals: Map<string, KeptRenewal>
  /** By session, the first that ended first. */
  endings: Map<string, Ending>
  /** Which request was the first to take a renewed session to the browser. */
  handedOn: WeakMap<Session, object>
}

/** A refresh, and until when its result counts. In milliseconds since the epoch. */
export interface KeptRenewal {
  renewal: Promise<Renewal>
  until: number
}

/** That a session is over, and until when a cookie of it could come back. In milliseconds since the epoch. */
export interface Ending {
  at: number
  until: number
}

const MEMORY = Symbol.for('tokencell.server')

export const memory = (): Memory => {
  const holder = globalThis as { [MEMORY]?: Memory }
  holder[MEMORY] ??= { renewals: new Map(), endings: new Map(), handedOn: new WeakMap() }
  return holder[MEMORY]
}

/** A few megabytes of them. */
const MOST_ENDINGS = 20_000

export function rememberEnding(id: string, ending: Ending) {
  const { endings } = memory()
  endings.set(id, ending)
  for (const [first, { until }] of endings) {
    if (until > Date.now() && endings.size <= MOST_ENDINGS) break
    endings.delete(first)
  }
}
