import express from 'express'
import { z } from 'zod'
import { toUser } from './checks.js'
import { newPassword } from './passwords.js'
import { answerRefusal, Refusal, refuseBadInput } from './refusal.js'
import { createTransport } from './transport.js'

const email = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.email().max(254))
const password = z.string().max(1024)
const roles = z.array(z.string().regex(/^[\w-]{1,32}$/)).max(20)
const notFound = () => new Refusal(404, 'not_found')

function parse(shape, body) {
  const { data, error } = z.object(shape).safeParse(body)
  if (error) throw new Refusal(422, 'invalid', { fields: z.flattenError(error).fieldErrors })
  return data
}

/** Sign-up, sign-in, refresh, sign-out, sessions, passwords, and endpoints for administrators. */
export function createRoutes(parts) {
  const router = express.Router()
  router.use(parts.checks.requireTls, express.json({ limit: '16kb' }))
  // PostgreSQL fails on a zero byte.
  router.param('id', (_req, _res, next, id) => next(/^[\w-]{1,64}$/.test(id) ? undefined : notFound()))
  const transport = createTransport(parts)
  addSignIn(router, parts, transport)
  addRefresh(router, parts, transport)
  addSessions(router, parts, transport)
  addPassword(router, parts)
  addAdministration(router, parts)
  router.use(refuseBadInput, answerRefusal)
  return router
}

function addSignIn(router, { store, limiter, passwords, checks }, { answer, deviceOf }) {
  router.post('/signup', checks.refuseForged, async (req, res) => {
    const input = parse({ email, password }, req.body)
    parse({ password: newPassword(input.email) }, req.body)
    const grant = await limiter.limit({ address: req.ip, email: input.email }, async () => {
      const passwordHash = await passwords.hash(input.password)
      return store.signUp({ email: input.email, passwordHash }, deviceOf(req))
    })
    if (!grant) throw new Refusal(409, 'email_taken')
    await answer(res.status(201), grant)
  })

  router.post('/login', checks.refuseForged, async (req, res) => {
    const input = parse({ email, password }, req.body)
    const grant = await limiter.limit({ address: req.ip, email: input.email }, async () => {
      const user = await store.userByEmail(input.email)
      const matches = await passwords.matches(input.password, user?.password_hash)
      return matches && store.signIn(user, deviceOf(req))
    })
    if (!grant) throw new Refusal(401, 'credentials')
    await answer(res, grant)
  })
}

function addRefresh(router, { store, accessTokens, checks }, { answer, clearCookie, readCookie, readToken }) {
  router.post('/refresh', checks.refuseForged, async (req, res) => {
    if (!readCookie(req)) throw new Refusal(401, 'no_cookie')
    const token = readToken(req)
    const result = token ? await store.refresh(token) : { refusal: 'unknown' }
    if (result.refusal) throw new Refusal(401, result.refusal, { reason: result.reason })
    await answer(res, result)
  })

  // Contract, 17 to 19.
  async function signOut(req, res) {
    const bearer = checks.readBearer(req)
    const ofBearer = bearer && (await accessTokens.sessionOf(bearer, { acceptExpired: true }))
    const named = [ofBearer, readToken(req)?.sessionId].filter(Boolean)
    if (named.length === 0) throw checks.unauthorized(req)
    for (const id of named) await store.endSession({ id }, 'signed_out')
    clearCookie(res).status(204).end()
  }
  router.post('/logout', checks.refuseForged, signOut)
  router.delete('/logout', checks.refuseForged, signOut)
}

function addSessions(router, { store, checks: { requireSession } }, { clearCookie }) {
  router.get('/me', requireSession, (req, res) => res.json({ user: req.auth.user }))

  router.get('/sessions', requireSession, async (req, res) => {
    const { session } = req.auth
    const rows = await store.listSessions(session.user_id)
    const sessions = rows.map(({ id, created_at, rotated_at, user_agent, address }) => ({
      id,
      current: id === session.id,
      created_at: new Date(created_at),
      last_refresh_at: new Date(rotated_at),
      user_agent,
      address,
    }))
    res.json({ sessions })
  })

  router.delete('/sessions', requireSession, async (req, res) => {
    await store.endAllSessions(req.auth.session.user_id, 'signed_out_everywhere')
    clearCookie(res).status(204).end()
  })

  router.delete('/sessions/:id', requireSession, async (req, res) => {
    const where = { id: req.params.id, user_id: req.auth.session.user_id }
    if (!(await store.endSession(where, 'signed_out'))) throw notFound()
    res.status(204).end()
  })
}

function addPassword(router, { store, limiter, passwords, checks }) {
  router.post('/password', checks.requireSession, async (req, res) => {
    const { session, user } = req.auth
    const input = parse({ current_password: password, password: newPassword(user.email) }, req.body)
    const isChanged = await limiter.limit({ address: req.ip, email: user.email }, async () => {
      if (!(await passwords.matches(input.current_password, session.password_hash))) return false
      return store.changePassword(session, await passwords.hash(input.password))
    })
    // Not 401: the session has not ended, and a client would refresh it.
    if (!isChanged) throw new Refusal(422, 'invalid', { fields: { current_password: ['is wrong'] } })
    res.status(204).end()
  })
}

function addAdministration(router, { store, checks: { requireSession, requireRole } }) {
  const isAdmin = [requireSession, requireRole('admin')]
  async function findUser({ params }) {
    const user = await store.userById(params.id)
    if (!user) throw notFound()
    return user
  }

  router.delete('/admin/users/:id/sessions', isAdmin, async (req, res) => {
    await store.endAllSessions((await findUser(req)).id, 'ended_by_admin')
    res.status(204).end()
  })

  router.put('/admin/users/:id/roles', isAdmin, async (req, res) => {
    const input = parse({ roles }, req.body)
    const user = await findUser(req)
    if (!(await store.setRoles(user, input.roles))) throw new Refusal(409, 'last_admin')
    res.json({ user: toUser({ ...user, user_id: user.id, roles: input.roles }) })
  })
}
