import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Answer, Asked } from './routes.js'
import { opaque } from './tokens.js'

interface Session {
  userId: number | undefined
  csrf: Buffer
  /** When the user made a request. In milliseconds since the epoch. */
  seen: number
}

type Run = (asked: Asked) => Answer | Promise<Answer>

const COOKIE = '_s2_session'

/** Sessions by cookie as Rails keeps them, with `protect_from_forgery` and an idle limit in seconds. */
export function createRailsSessions({ idle }: { idle: number }) {
  const sessions = new Map<string, Session>()
  const of = ({ cookie }: Asked) => sessions.get(cookie(COOKIE) ?? '')

  function open(userId?: number) {
    const id = opaque()
    const session = { userId, csrf: randomBytes(LENGTH), seen: Date.now() }
    sessions.set(id, session)
    return {
      csrf: masked(session.csrf),
      headers: { 'set-cookie': `${COOKIE}=${id}; path=/; HttpOnly; SameSite=Lax` },
    }
  }

  const drop = ({ cookie }: Asked) => void sessions.delete(cookie(COOKIE) ?? '')

  return {
    drop,
    /** `reset_session`, against fixation: the old CSRF token is refused as well. */
    enter(asked: Asked, userId: number) {
      drop(asked)
      return open(userId)
    },
    /** The user of the session. At the idle limit the user is signed out, and the cookie stays. */
    userOf(asked: Asked) {
      const session = of(asked)
      if (!session) return undefined
      if (Date.now() - session.seen > idle * 1000) session.userId = undefined
      session.seen = Date.now()
      return session.userId
    },
    /** Shows a CSRF token. A visitor without a session gets one for it. */
    withCsrf(asked: Asked, show: (csrf: string) => Answer): Answer {
      const session = of(asked)
      if (session) return show(masked(session.csrf))
      const { csrf, headers } = open()
      return { ...show(csrf), headers }
    },
    /** `protect_from_forgery with: :exception`. */
    protect: (run: Run) => (asked: Asked) => {
      const session = of(asked)
      const given = asked.header('x-csrf-token') ?? asked.body.authenticity_token
      const isRefused = !session || !isGenuine(given, session.csrf)
      return isRefused
        ? { status: 422, body: { error: "Can't verify CSRF token authenticity." } }
        : run(asked)
    },
    end(userId: number) {
      for (const [id, session] of sessions) if (session.userId === userId) sessions.delete(id)
    },
  }
}

/** The helper `csrf_meta_tags`. */
export const metaTags = (csrf: string) =>
  `<meta name="csrf-param" content="authenticity_token" />\n<meta name="csrf-token" content="${csrf}" />`

/** `rate_limit` of Rails: 429 without a header. `within` is in milliseconds. */
export function rateLimit({ to, within }: { to: number; within: number }) {
  let attempts: number[] = []
  return (run: Run) => (asked: Asked) => {
    attempts = [...attempts, Date.now()].filter((at) => at > Date.now() - within)
    return attempts.length > to ? { status: 429 } : run(asked)
  }
}

const LENGTH = 32

const xor = (a: Buffer, b: Buffer) => Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)))

/** A CSRF token as Rails shows it: masked, so that each page has another text for the same token. */
function masked(token: Buffer): string {
  const pad = randomBytes(LENGTH)
  return Buffer.concat([pad, xor(pad, token)]).toString('base64url')
}

function isGenuine(text: unknown, token: Buffer): boolean {
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64url')
  if (bytes.length !== 2 * LENGTH) return false
  return timingSafeEqual(xor(bytes.subarray(0, LENGTH), bytes.subarray(LENGTH)), token)
}
