import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** @typedef {{ sessionId: string, secret: string, text: string }} RefreshToken */

const hmac = (key, ...parts) => createHmac('sha256', key).update(parts.join('.')).digest('base64url')
const isSame = (one, other) =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

/** The digest of a secret, which the database contains. */
export const digest = (secret) => createHash('sha256').update(secret).digest('base64url')
export const createSalt = () => randomBytes(32).toString('base64url')

/** Refresh tokens: `<session id>.<secret>.<mark>`. Contract, 6 and 7. */
export function createRefreshTokens({ refreshKeys }) {
  const markOf = (key, sessionId, secret) => hmac(key.secret, 'mark', sessionId, secret)
  const write = (key, sessionId, secret) => ({
    sessionId,
    secret,
    text: `${sessionId}.${secret}.${markOf(key, sessionId, secret)}`,
  })
  const follow = (key, { sessionId, secret }, salt) =>
    write(key, sessionId, hmac(key.secret, 'next', salt, secret))

  return {
    /** @returns {RefreshToken} */
    first: (sessionId) => write(refreshKeys[0], sessionId, randomBytes(32).toString('base64url')),

    /** @returns {RefreshToken} */
    next: (token, salt) => follow(refreshKeys[0], token, salt),

    /** The token that replaced this one, created with any of the keys. @returns {RefreshToken | undefined} */
    successor: (token, salt, wanted) =>
      refreshKeys.map((key) => follow(key, token, salt)).find(({ secret }) => digest(secret) === wanted),

    /** @returns {RefreshToken | undefined} undefined unless it was created with one of the keys */
    read(text) {
      const [sessionId, secret, mark, ...rest] = text.split('.')
      const isGenuine = refreshKeys.some((key) => isSame(markOf(key, sessionId, secret ?? ''), mark ?? ''))
      return isGenuine && rest.length === 0 ? { sessionId, secret, text } : undefined
    },
  }
}
