import { randomUUID } from 'node:crypto'
import { isSqlite } from './database.js'
import { createSalt, digest } from './refresh-token.js'

/**
 * Users and sessions in PostgreSQL or SQLite. For another database, write the functions that this returns: what changes a
 * session locks its row, what opens a session or ends all locks the user's row first. Contract, 13 to 16.
 *
 * @typedef {{ id: string, user_id: string | number, digest: string, previous_digest?: string, salt?: string,
 *   created_at: Date, rotated_at: Date, expires_at: Date, idle_expires_at: Date, ended_at?: Date, end_reason?: string,
 *   user_agent?: string, address?: string, email: string, roles: string, password_hash: string }} Session with its user
 * @typedef {{ replaces?: string, userAgent?: string, address?: string }} Device
 */
export function createStore(db, { refreshTokens, now, sessionLifetime, idleLifetime, grace, keepEnded }) {
  const inFuture = (milliseconds) => new Date(Number(now()) + milliseconds)
  const withRoles = (user) => user && { ...user, roles: JSON.parse(user.roles) }
  const isAlive = (session) => session.ended_at === null && session.idle_expires_at > now()

  const transaction = (work) =>
    db.transaction(async (tx) => {
      // Takes the write lock of SQLite before anything is read, as BEGIN IMMEDIATE does, for which knex has no option.
      if (isSqlite(tx)) await tx('sessions').whereRaw('1 = 0').update({ salt: null })
      return work(tx)
    })
  const lockUser = (tx, id) => tx('users').where({ id }).forUpdate().first()
  const select = (tx) =>
    tx('sessions')
      .join('users', 'users.id', 'sessions.user_id')
      .first('sessions.*', 'users.email', 'users.roles', 'users.password_hash')
  const lockSession = (tx, id) => select(tx).where('sessions.id', id).forUpdate('sessions')
  const end = (sessions, reason) =>
    sessions.where({ ended_at: null }).update({ ended_at: now(), end_reason: reason })
  // Those that have expired need no end, and may be in the hands of the task that deletes them.
  const endAll = (tx, user_id, reason) =>
    end(tx('sessions').where({ user_id }).where('idle_expires_at', '>', now()), reason)

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
    return { session: withRoles(await select(tx).where('sessions.id', token.sessionId)), token }
  }

  async function rotate(tx, token, session) {
    const presented = digest(token.secret)
    if (presented === session.digest) {
      const salt = createSalt()
      const next = refreshTokens.next(token, salt)
      const idle_expires_at = new Date(Math.min(inFuture(idleLifetime), session.expires_at))
      const changes = {
        digest: digest(next.secret),
        previous_digest: presented,
        salt,
        rotated_at: now(),
        idle_expires_at,
      }
      await tx('sessions').where({ id: session.id }).update(changes)
      return { session: withRoles({ ...session, ...changes }), token: next }
    }
    const isInGrace = presented === session.previous_digest && now() - session.rotated_at < grace
    const next = isInGrace && refreshTokens.successor(token, session.salt, session.digest)
    if (next) return { session: withRoles(session), token: next }
    await end(tx('sessions').where({ id: session.id }), 'reuse')
    return { refusal: 'reuse' }
  }

  return {
    userByEmail: async (email) => withRoles(await db('users').where({ email }).first()),
    // As text: a number is not what everybody sends, and PostgreSQL would fail.
    userById: async (id) => withRoles(await db('users').whereRaw('cast(id as text) = ?', id).first()),

    /** @returns {Promise<Session | undefined>} with its user, while it is alive */
    async liveSession(id) {
      const session = await select(db).where('sessions.id', id)
      return session && isAlive(session) ? withRoles(session) : undefined
    },
    listSessions: (user_id) =>
      db('sessions')
        .where({ user_id, ended_at: null })
        .where('idle_expires_at', '>', now())
        .orderBy('created_at', 'desc'),

    /** @returns {Promise<{ session: Session, token } | undefined>} nothing when the e-mail is taken */
    signUp: ({ email, passwordHash }, device) =>
      transaction(async (tx) => {
        const account = { email, password_hash: passwordHash, roles: JSON.stringify(['user']) }
        const [created] = await tx('users').insert(account).onConflict('email').ignore().returning('id')
        return created && open(tx, created.id, device)
      }),

    /** @returns {Promise<{ session: Session, token } | undefined>} nothing when the password has changed meanwhile */
    signIn: (user, device) =>
      transaction(async (tx) => {
        const { password_hash } = (await lockUser(tx, user.id)) ?? {}
        return password_hash === user.password_hash ? open(tx, user.id, device) : undefined
      }),

    /** @returns {Promise<{ session: Session, token } | { refusal: string, reason?: string }>} Contract, 7 to 11 and 15. */
    refresh: (token) =>
      transaction(async (tx) => {
        const session = await lockSession(tx, token.sessionId)
        if (!session) return { refusal: 'unknown' }
        if (session.ended_at !== null) return { refusal: 'revoked', reason: session.end_reason }
        return isAlive(session) ? rotate(tx, token, session) : { refusal: 'expired' }
      }),

    endSession: (where, reason) => end(db('sessions').where(where), reason),
    endAllSessions: (userId, reason) =>
      transaction(async (tx) => {
        await lockUser(tx, userId)
        await endAll(tx, userId, reason)
      }),

    /** Ends all sessions but this one. @returns {Promise<boolean>} false when something has changed meanwhile */
    changePassword: (session, password_hash) =>
      transaction(async (tx) => {
        const user = await lockUser(tx, session.user_id)
        const current = await lockSession(tx, session.id)
        if (user?.password_hash !== session.password_hash || !current || !isAlive(current)) return false
        await tx('users').where({ id: user.id }).update({ password_hash })
        const others = tx('sessions').where({ user_id: user.id }).whereNot({ id: session.id })
        await end(others.where('idle_expires_at', '>', now()), 'password_changed')
        return true
      }),

    /** @returns {Promise<boolean>} false when nobody would be an administrator any more */
    setRoles: (user, roles) =>
      transaction(async (tx) => {
        const isAdmin = (each) => JSON.parse(each.roles).includes('admin')
        const possible = await tx('users').where('roles', 'like', '%"admin"%').orderBy('id').forUpdate()
        const admins = possible.filter(isAdmin)
        const isLast = admins.length === 1 && String(admins[0].id) === String(user.id)
        if (isLast && !roles.includes('admin')) return false
        await tx('users')
          .where({ id: user.id })
          .update({ roles: JSON.stringify(roles) })
        return true
      }),

    /** Deletes what has ended a week ago or more. Contract, 5. */
    async cleanUp() {
      const past = inFuture(-keepEnded)
      await db('auth_failures').where('expire', '<', Number(now())).delete()
      return db('sessions').where('ended_at', '<', past).orWhere('idle_expires_at', '<', past).delete()
    },
  }
}
