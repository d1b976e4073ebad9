import { LRUCache } from 'lru-cache'
import type { Renewal } from './renewal.js'
import type { Session } from './session-types.js'

/**
 * What a process remembers of sessions. Frameworks load a module once for pages, once for handlers, once for the proxy: it
 * hangs on the global object, so that all of them share it. A session's id is random and secret, so it cannot be guessed.
 */
export interface Memory {
  /** The newest generation of a session, by its id. */
  newest: LRUCache<string, Newest>
  /** Refreshes under way, and those that brought no token, by session and generation. */
  exchanges: LRUCache<string, Exchange>
  /** By session. */
  endedSessions: LRUCache<string, Ending>
  /** Which request was the first to take a renewed session to the browser. */
  cookieSentBy: WeakMap<Session, object>
  instance: { id: string; startedAt: number; hasWarned: boolean }
}

/** Times are in milliseconds since the epoch. */
export interface Newest {
  session: Session
  /** When a request came with it for the first time; `null` while the browser may still have the one before. */
  seenAt: number | null
}

export interface Exchange {
  startedAt: number
  result: Promise<Renewal>
  /** What has become of it, once that is known. */
  settled?: { renewal: Renewal; at: number }
}

/** That a session is over. */
export interface Ending {
  at: number
}

const MEMORY = Symbol.for('tokencell.server.2')

/** Of each kind, some megabytes. Sessions are counted by their size, as tokens may be long. */
const MAX_ENTRIES = 20_000
const MAX_CHARACTERS = 16 * 1024 * 1024

/**
 * An entry has a time to live, which is compared when it is read. No timer is involved: on some platforms none fires after a
 * response. `ttlResolution` is 0 because the cache would otherwise keep the time until a timer says that it has passed.
 */
const EXPIRY = { max: MAX_ENTRIES, ttlResolution: 0, perf: { now: () => Date.now() } } as const

export const memory = (): Memory => {
  const holder = globalThis as { [MEMORY]?: Memory }
  holder[MEMORY] ??= {
    newest: new LRUCache<string, Newest>({
      ...EXPIRY,
      maxSize: MAX_CHARACTERS,
      sizeCalculation: ({ session }) => JSON.stringify(session).length,
    }),
    exchanges: new LRUCache<string, Exchange>(EXPIRY),
    endedSessions: new LRUCache<string, Ending>(EXPIRY),
    cookieSentBy: new WeakMap(),
    instance: { id: crypto.randomUUID().slice(0, 8), startedAt: Date.now(), hasWarned: false },
  }
  return holder[MEMORY]
}
