import { createSessions, runTransaction, withRoles } from './sessions.js'

/**
 * Users and sessions in PostgreSQL or SQLite. For another database, rewrite the functions that this returns. A function that
 * changes a session locks its row. A function that creates a session, or ends all, locks the row of the user first. Contract, 13
 * to 16.
 *
 * @param {import('knex').Knex} db
 */
export function createStore(db, config) {
  const sessions = createSessions(config)
  return { ...ofUsers(db, sessions), ...ofSessions(db, sessions, config) }
}

/** @typedef {import('./sessions.js').Session} Session @typedef {import('./sessions.js').Grant} Grant */

const ofUsers = (db, { lockUser, lockSession, aliveOf, end, open, isAlive }) => ({
  userByEmail: async (email) => withRoles(await db('users').where({ email }).first()),
  // Compared as text: in PostgreSQL, comparing a number with an id from a path could fail.
  userById: async (id) => withRoles(await db('users').whereRaw('cast(id as text) = ?', id).first()),

  /** @returns {Promise<Grant | undefined>} undefined if the e-mail is taken */
  signUp: ({ email, passwordHash }, device) =>
    runTransaction(db, async (tx) => {
      const account = { email, password_hash: passwordHash, roles: JSON.stringify(['user']) }
      const [created] = await tx('users').insert(account).onConflict('email').ignore().returning('id')
      return created && open(tx, created.id, device)
    }),

  /** @returns {Promise<Grant | undefined>} undefined if the password has changed since it was compared */
  signIn: (user, device) =>
    runTransaction(db, async (tx) => {
      const current = await lockUser(tx, user.id)
      return current?.password_hash === user.password_hash ? open(tx, user.id, device) : undefined
    }),

  /**
   * Ends all sessions except this one.
   * @returns {Promise<boolean>} false if the password has changed since it was compared, or the session has ended
   */
  changePassword: (session, password_hash) =>
    runTransaction(db, async (tx) => {
      const user = await lockUser(tx, session.user_id)
      const current = await lockSession(tx, session.id)
      if (user?.password_hash !== session.password_hash || !current || !isAlive(current)) return false
      await tx('users').where({ id: user.id }).update({ password_hash })
      await end(aliveOf(tx, user.id).whereNot({ id: session.id }), 'password_changed')
      return true
    }),

  /** @returns {Promise<boolean>} false if no administrator would be left */
  setRoles: (user, roles) =>
    runTransaction(db, async (tx) => {
      const rows = await tx('users').where('roles', 'like', '%"admin"%').orderBy('id').forUpdate()
      const admins = rows.map(withRoles).filter((each) => each.roles.includes('admin'))
      const isLast = admins.length === 1 && String(admins[0].id) === String(user.id)
      if (isLast && !roles.includes('admin')) return false
      await tx('users')
        .where({ id: user.id })
        .update({ roles: JSON.stringify(roles) })
      return true
    }),
})

const ofSessions = (db, sessions, { now, keepEnded }) => ({
  /** @returns {Promise<Session | undefined>} with its user; undefined if it has ended */
  async liveSession(id) {
    const session = await sessions.select(db, id)
    return session && sessions.isAlive(session) ? withRoles(session) : undefined
  },
  listSessions: (userId) => sessions.aliveOf(db, userId).orderBy('created_at', 'desc'),

  /** @returns {Promise<Grant | { refusal: string, reason?: string }>} a refusal is returned, because throwing would undo the end of the session */
  refresh: (token) =>
    runTransaction(db, async (tx) => {
      const session = await sessions.lockSession(tx, token.sessionId)
      if (!session) return { refusal: 'unknown' }
      if (session.ended_at !== null) return { refusal: 'revoked', reason: session.end_reason }
      return sessions.isAlive(session) ? sessions.rotate(tx, token, session) : { refusal: 'expired' }
    }),

  /** One statement, which waits for the lock of a refresh. @returns {Promise<number>} the number of ended sessions */
  endSession: (where, reason) => sessions.end(db('sessions').where(where), reason),
  endAllSessions: (userId, reason) =>
    runTransaction(db, async (tx) => {
      await sessions.lockUser(tx, userId)
      await sessions.end(sessions.aliveOf(tx, userId), reason)
    }),

  /** Deletes sessions that ended a week ago or earlier. Contract, 5. @returns {Promise<number>} the number of deleted sessions */
  async cleanUp() {
    const past = new Date(now() - keepEnded)
    await db('auth_failures').where('expire', '<', Number(now())).delete()
    return db('sessions').where('ended_at', '<', past).orWhere('idle_expires_at', '<', past).delete()
  },
})
