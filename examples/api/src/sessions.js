import { randomBytes, randomUUID } from 'node:crypto'

/**
 * A session is the family of refresh tokens that descend from one sign-in.
 * @typedef {{ id: string, userId: string, expiresAt: number, revoked: boolean }} Session
 * @typedef {{ session: Session, refreshToken: string }} Grant
 * @typedef {"unknown" | "revoked" | "expired" | "reuse"} Refusal
 */

/**
 * Refresh tokens, each good for one use.
 * @param {Pick<import("./settings.js").Settings, "refreshTtl" | "reuseGrace">} settings read at every call
 */
export function createSessions(settings) {
  /** @type {Map<string, Session>} */
  const sessions = new Map()

  // Spent tokens are kept. Otherwise their reuse could not be distinguished from a guess.
  // The tokens themselves are stored, because they stay in memory. A database should contain digests only.
  /** @type {Map<string, { session: Session, spentAt?: number, successor?: string }>} */
  const tokens = new Map()

  function issue(session) {
    const refreshToken = randomBytes(32).toString('base64url')
    tokens.set(refreshToken, { session })
    return refreshToken
  }

  function revoke(id) {
    const session = sessions.get(id)
    if (session) session.revoked = true
  }

  const isLive = (session) => !session.revoked && session.expiresAt > Date.now()

  return {
    /** Starts a new family. @param {string} userId @returns {Grant} */
    open(userId) {
      const expiresAt = Date.now() + settings.refreshTtl * 1000
      const session = { id: randomUUID(), userId, expiresAt, revoked: false }
      sessions.set(session.id, session)
      return { session, refreshToken: issue(session) }
    },

    /**
     * Exchanges a refresh token for its successor. If the token was already spent, two clients have the
     * family, so the family is revoked, unless the replay is within the grace period.
     * @param {string} refreshToken
     * @returns {Grant | { refusal: Refusal }}
     */
    rotate(refreshToken) {
      const token = tokens.get(refreshToken)
      if (!token) return { refusal: 'unknown' }

      const { session } = token
      if (session.revoked) return { refusal: 'revoked' }
      if (session.expiresAt <= Date.now()) return { refusal: 'expired' }

      if (token.successor === undefined) {
        token.spentAt = Date.now()
        token.successor = issue(session)
      } else if (Date.now() - token.spentAt >= settings.reuseGrace * 1000) {
        revoke(session.id)
        return { refusal: 'reuse' }
      }
      return { session, refreshToken: token.successor }
    },

    /** The session of a refresh token, which may be spent. @param {string} refreshToken */
    ofToken: (refreshToken) => tokens.get(refreshToken)?.session,

    /** Whether the session exists and is neither revoked nor expired. @param {string} id */
    isLive(id) {
      const session = sessions.get(id)
      return session !== undefined && isLive(session)
    },

    /** Ends one session. An unknown id has no effect. @param {string} id */
    revoke,

    /** Ends every session of a user. @param {string} userId @returns {number} how many had not ended */
    revokeUser(userId) {
      const live = [...sessions.values()].filter((s) => s.userId === userId && isLive(s))
      for (const session of live) session.revoked = true
      return live.length
    },

    /** The number of sessions that have not ended. */
    count: () => [...sessions.values()].filter(isLive).length,

    reset() {
      sessions.clear()
      tokens.clear()
    },
  }
}
