import { json, Router } from 'express'
import { toUser } from '../accounts.js'
import { readBearer, requireBearer } from '../bearer.js'
import { clearSessionCookies, readRefreshCookie, setSessionCookies } from '../cookies.js'
import { csrf } from '../csrf.js'

/**
 * Sign-up, sign-in, refresh and sign-out.
 * @param {import("../api.js").Api} api
 * @returns {import("express").Router}
 */
export function sessionRoutes({ settings, accounts, sessions, tokens, journal }) {
  const router = Router()
  const signingIn = [csrf(settings, { signingIn: true }), json(), requireCredentials]
  const signedIn = [csrf(settings), json()]

  function readRefreshToken(req) {
    if (settings.refreshTokenIn === 'cookie') return readRefreshCookie(req)
    return isText(req.body?.refresh_token) ? req.body.refresh_token : undefined
  }

  async function answer(req, res, account, grant) {
    const { token, expiresIn } = await tokens.issue({
      sub: account.id,
      sid: grant.session.id,
      roles: account.roles,
    })
    const body = { user: toUser(account) }
    if ((req.query.token_in ?? settings.tokenIn) === 'header') {
      res.set('Authorization', `Bearer ${token}`)
    } else {
      Object.assign(body, { access_token: token, token_type: 'Bearer' })
      if (!settings.omitIat) body.expires_in = expiresIn
    }
    if (settings.refreshTokenIn === 'body') body.refresh_token = grant.refreshToken
    setSessionCookies(res, grant, settings)
    res.json(body)
  }

  router.post('/signup', signingIn, async (req, res) => {
    const account = await accounts.signUp(req.body)
    if (!account) return res.status(409).json({ error: 'email_taken' })
    await answer(req, res.status(201), account, sessions.open(account.id))
  })

  router.post('/login', signingIn, async (req, res) => {
    const account = await accounts.signIn(req.body)
    if (!account) return res.status(401).json({ error: 'credentials' })
    // Always a new family, so a cookie that an attacker set before the sign-in is useless after it.
    await answer(req, res, account, sessions.open(account.id))
  })

  router.post('/refresh', signedIn, async (req, res) => {
    const token = readRefreshToken(req)
    const result = token === undefined ? { refusal: 'no_cookie' } : sessions.rotate(token)
    if (result.refusal) {
      journal.countRefresh(result.refusal === 'reuse' ? 'reuse' : 'refused')
      // The cookie is not cleared: it may already be the new cookie of a concurrent request that succeeded.
      return res.status(401).json({ error: result.refusal })
    }
    journal.countRefresh('ok')
    await answer(req, res, accounts.byId(result.session.userId), result)
  })

  async function signOut(req, res) {
    const token = readRefreshToken(req)
    const bearer = readBearer(req)
    if (token !== undefined) sessions.revoke(sessions.ofToken(token)?.id)
    else if (bearer !== undefined) sessions.revoke((await tokens.verify(bearer))?.sid)
    clearSessionCookies(res)
    res.status(204).end()
  }

  const bearer = requireBearer({ tokens, sessions })
  const mayNeedBearer = (req, res, next) => (settings.signOutNeedsBearer ? bearer(req, res, next) : next())
  router.post('/logout', signedIn, mayNeedBearer, signOut)
  router.delete('/logout', signedIn, mayNeedBearer, signOut)

  return router
}

/** @type {import("express").RequestHandler} */
function requireCredentials(req, res, next) {
  const missing = ['email', 'password'].filter((field) => !isText(req.body?.[field]))
  if (missing.length > 0) res.status(422).json({ error: 'missing', fields: missing })
  else next()
}

const isText = (value) => typeof value === 'string' && value.trim() !== ''
