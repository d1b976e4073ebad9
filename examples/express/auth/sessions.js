import { randomUUID } from 'node:crypto'
import { isSqlite } from './database.js'
import { createSalt, digest } from './refresh-token.js'

/**
 * The changes to the rows of sessions in transactions, and their locks. Contract, 7 to 9 and 13 to 16.
 *
 * @typedef {{ id: string, user_id: string | number, digest: string, previous_digest?: string, salt?: string,
 *   created_at: Date, rotated_at: Date, expires_at: Date, idle_expires_at: Date, ended_at?: Date, end_reason?: string,
 *   user_agent?: string, address?: string, email: string, roles: string[], password_hash: string }} Session with its user
 * @typedef {{ session: Session, token: import('./refresh-token.js').RefreshToken }} Grant
 * @typedef {{ replaces?: string, userAgent?: string, address?: string }} Device
 */
export function createSessions({ refreshTokens, now, sessionLifetime, idleLifetime, grace }) {
  const inFuture = (milliseconds) => new Date(Number(now()) + milliseconds)

  const select = (db, id) =>
    db('sessions')
      .join('users', 'users.id', 'sessions.user_id')
      .where('sessions.id', id)
      .first('sessions.*', 'users.email', 'users.roles', 'users.password_hash')

  const end = (sessions, reason) =>
    sessions.where({ ended_at: null }).update({ ended_at: now(), end_reason: reason })

  /** Without expired sessions, which the clean-up may be deleting. */
  const aliveOf = (db, user_id) =>
    db('sessions').where({ user_id, ended_at: null }).where('idle_expires_at', '>', now())

  /** @param {Device} device @returns {Promise<Grant>} */
  async function open(tx, userId, { replaces, userAgent, address }) {
    if (replaces) await end(tx('sessions').where({ id: replaces }), 'replaced')
    const token = refreshTokens.first(randomUUID())
    await tx('sessions').insert({
      id: token.sessionId,
      user_id: userId,
      digest: digest(token.secret),
      created_at: now(),
      rotated_at: now(),
      expires_at: inFuture(sessionLifetime),
      idle_expires_at: inFuture(Math.min(idleLifetime, sessionLifetime)),
      user_agent: userAgent?.slice(0, 255),
      address,
    })
    return { session: withRoles(await select(tx, token.sessionId)), token }
  }

  /** @returns {Promise<Grant | { refusal: 'reuse' }>} */
  async function rotate(tx, token, session) {
    const presented = digest(token.secret)
    if (presented === session.digest) return replaceToken(tx, token, session)
    const isInGrace = presented === session.previous_digest && now() - session.rotated_at < grace
    const next = isInGrace && refreshTokens.successor(token, session.salt, session.digest)
    if (next) return { session: withRoles(session), token: next }
    await end(tx('sessions').where({ id: session.id }), 'reuse')
    return { refusal: 'reuse' }
  }

  async function replaceToken(tx, token, session) {
    const salt = createSalt()
    const next = refreshTokens.next(token, salt)
    const changes = {
      digest: digest(next.secret),
      previous_digest: session.digest,
      salt,
      rotated_at: now(),
      idle_expires_at: new Date(Math.min(inFuture(idleLifetime), session.expires_at)),
    }
    await tx('sessions').where({ id: session.id }).update(changes)
    return { session: withRoles({ ...session, ...changes }), token: next }
  }

  return {
    select,
    end,
    aliveOf,
    open,
    rotate,
    isAlive: (session) => session.ended_at === null && session.idle_expires_at > now(),
    lockUser: (tx, id) => tx('users').where({ id }).forUpdate().first(),
    lockSession: (tx, id) => select(tx, id).forUpdate('sessions'),
  }
}

export const withRoles = (user) => user && { ...user, roles: JSON.parse(user.roles) }

export function runTransaction(db, work) {
  // Independent of the default of the server: with another isolation level, PostgreSQL fails instead of waiting.
  if (!isSqlite(db)) return db.transaction(work, { isolationLevel: 'read committed' })
  return db.transaction(async (tx) => {
    // Takes the write lock before the first read. BEGIN IMMEDIATE would do the same, but knex has no option for it.
    await tx('sessions').whereRaw('1 = 0').update({ salt: null })
    return work(tx)
  })
}
