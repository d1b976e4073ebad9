import type { createSessionCookie } from './cookie.js'
import { memory } from './memory.js'
import type { Bff } from './options.js'
import type { Seal } from './seal.js'
import type { Session } from './session-types.js'

const PURPOSE = 'activity'

/** The cookie is written again after this share of the limit, at most after `MAX_INTERVAL` milliseconds. */
const SHARE = 1 / 20
const MAX_INTERVAL = 10_000

/** When the user of a session did something last, in milliseconds since the epoch. */
interface Sealed {
  id: string
  at: number
}

export type Activity = ReturnType<typeof createActivity>

/**
 * The idle limit of the session of one request (`idle`). The last activity is in this process and in a cookie of its own.
 * It is not in the session cookie: a slow response would overwrite the token of a newer one, just to note the time.
 * Without the cookie, only the beginning of the session counts.
 */
export function createActivity(
  { idle, cookie: { maxAge } }: Pick<Bff, 'cookie' | 'idle'>,
  seal: Seal,
  cookie: ReturnType<typeof createSessionCookie>,
  header: string | null | undefined,
) {
  let last = 0
  /** What the browser has. */
  let sealedAt = 0
  let isTouched = false

  const now = () => Date.now()

  return {
    /** Reads the last activity. */
    async open({ id, startedAt }: Session) {
      if (!idle) return
      const sealed = await seal.open<Sealed>(cookie.read(header), PURPOSE)
      sealedAt = sealed?.id === id ? sealed.at : startedAt
      last = Math.max(sealedAt, memory().activity.get(id) ?? 0)
    },
    /** Whether the user has done nothing for too long. */
    isOver: () => idle !== undefined && now() >= last + idle.after,
    /** The user does something. */
    touch({ id }: Session) {
      if (!idle) return
      last = now()
      isTouched = true
      memory().activity.set(id, last, { ttl: idle.after })
    },
    /** A session begins. */
    begin({ startedAt }: Session) {
      last = sealedAt = startedAt
      isTouched = false
    },
    /** When the session ends unless the user does something, and the limit itself; in milliseconds. */
    get limit() {
      return idle && { ...idle, endsAt: last + idle.after }
    },
    get warning() {
      return idle && now() >= last + idle.after - idle.warn ? { endsAt: last + idle.after } : null
    },
    async setCookies(session: Session | null): Promise<string[]> {
      if (!idle) return []
      if (!session) return cookie.write(header, '', 0)
      if (!isTouched || last - sealedAt < Math.min(idle.after * SHARE, MAX_INTERVAL)) return []
      const content: Sealed = { id: session.id, at: last }
      const value = await seal.close(content, PURPOSE, idle.after / 1000)
      return cookie.write(header, value, session.isTemporary ? undefined : maxAge)
    },
  }
}
