import { LRUCache } from 'lru-cache'
import type { Renewal } from './renewal.js'
import type { Session } from './session-types.js'

/**
 * What a process remembers about sessions. Frameworks load a module several times: for pages, for handlers and for the
 * proxy. The memory is on the global object, so that all of them share it. A session's id is random and secret, so it
 * cannot be guessed.
 */
export interface Memory {
  /** The newest generation of a session, by its id. */
  newest: LRUCache<string, Newest>
  /** Refreshes that are in progress, and refreshes that returned no token, by session and generation. */
  exchanges: LRUCache<string, Exchange>
  /** Sessions that have ended, by id. */
  endedSessions: LRUCache<string, Ending>
  /** When the user of a session did something last, by the id of the session. In milliseconds since the epoch. */
  activity: LRUCache<string, number>
  /** Whether the API has confirmed sessions from before this process, by session and generation. */
  confirmations: LRUCache<string, Promise<boolean>>
  /** Which request was the first to send a refreshed session to the browser. */
  cookieSentBy: WeakMap<Session, object>
  instance: { id: string; startedAt: number; hasWarned: boolean }
}

/** Times are in milliseconds since the epoch. */
export interface Newest {
  session: Session
  /** When the first request with this session arrived; `null` while the browser may still have the previous one. */
  seenAt: number | null
}

export interface Exchange {
  startedAt: number
  result: Promise<Renewal>
  /** Whether a page has asked for this refresh, with a body of its own. */
  isDemanded?: boolean
  /** The result, once it is known. */
  settled?: { renewal: Renewal; at: number }
}

/** The end of a session. */
export interface Ending {
  at: number
  /** Set if the user has not signed out. */
  reason?: 'idle' | undefined
}

const MEMORY = Symbol.for('tokencell.server.4')

/** Each cache holds some megabytes. Sessions are counted by their length, because tokens may be long. */
const MAX_ENTRIES = 20_000
const MAX_CHARACTERS = 16 * 1024 * 1024

/**
 * An entry has a time to live, which is compared when the entry is read. This needs no timer: on some platforms no timer
 * fires after a response. `ttlResolution` is 0, because otherwise the cache would store the current time until a timer
 * clears it.
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
    activity: new LRUCache<string, number>(EXPIRY),
    confirmations: new LRUCache<string, Promise<boolean>>(EXPIRY),
    cookieSentBy: new WeakMap(),
    instance: { id: crypto.randomUUID().slice(0, 8), startedAt: Date.now(), hasWarned: false },
  }
  return holder[MEMORY]
}
