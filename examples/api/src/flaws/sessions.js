import { has } from './names.js'

/**
 * Refresh tokens that are still accepted after they were used.
 * @param {import("../settings.js").Settings} settings
 * @param {ReturnType<typeof import("../sessions.js").createSessions>} sessions
 * @returns {ReturnType<typeof import("../sessions.js").createSessions>}
 */
export function flawedSessions(settings, sessions) {
  /** @type {Map<string, import("../sessions.js").Grant>} by spent token: its successor */
  const spent = new Map()

  return {
    ...sessions,

    rotate(refreshToken) {
      const session = sessions.ofToken(refreshToken)
      const lives = session !== undefined && sessions.isLive(session.id)
      if (lives && has(settings, 'refresh-without-rotation')) return { session, refreshToken }
      const earlier = spent.get(refreshToken)
      if (lives && earlier) {
        if (has(settings, 'reuse-undetected')) return sessions.open(session.userId)
        if (has(settings, 'reuse-grace-endless')) return earlier
        if (has(settings, 'reuse-family-survives')) return { refusal: 'reuse' }
      }
      const result = sessions.rotate(refreshToken)
      if (!result.refusal) spent.set(refreshToken, result)
      return result
    },

    isLive: (id) => has(settings, 'sign-out-keeps-access') || sessions.isLive(id),

    revoke(id) {
      if (!has(settings, 'sign-out-keeps-session')) sessions.revoke(id)
    },

    reset() {
      spent.clear()
      sessions.reset()
    },
  }
}
