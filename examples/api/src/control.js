import { createHash, timingSafeEqual } from 'node:crypto'
import express from 'express'
import { toUser } from './accounts.js'
import { readBearer, refuseBearer } from './bearer.js'
import { answerError, notFound } from './errors.js'
import { InvalidInput } from './invalid-input.js'
import { isForeignOrigin } from './origin.js'

// A fault may carry a token response far larger than any client should accept.
const BODY_LIMIT = '16mb'

// Any other name may belong to an attacker whose DNS returns the address of this machine.
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

/**
 * The control port, with which tests read the state and cause failures. It must never be mounted on the API.
 * @param {import("./api.js").Api} api
 * @param {{ token: string }} options `token`: the bearer that each request must have
 * @returns {import("express").Express}
 */
export function createControl(api, { token }) {
  const { accounts, sessions, tokens, faults, journal } = api
  const control = express().disable('x-powered-by').disable('etag')

  // Otherwise any page in the browser of the developer could send requests to it.
  control.use((req, res, next) => {
    if (!LOOPBACK.includes(req.hostname?.toLowerCase())) res.status(403).json({ error: 'host' })
    else if (isForeignOrigin(req)) res.status(403).json({ error: 'origin' })
    else if (!isSame(readBearer(req) ?? '', token)) refuseBearer(req, res)
    else next()
  })
  // With any content type, because `curl -d` sends that of a form.
  control.use(express.json({ limit: BODY_LIMIT, type: () => true }))

  control.get('/state', (_req, res) => res.json(api.state()))

  control.get('/journal', (req, res) => res.json(journal.entries(Number(req.query.since ?? 0))))

  control.post('/settings', (req, res) => {
    api.configure(req.body)
    res.json(api.settings)
  })

  control.post('/reset', (_req, res) => {
    api.reset()
    res.status(204).end()
  })

  control.post('/faults', (req, res) => {
    faults.add(req.body)
    res.status(201).json({ pending: faults.pending().length })
  })

  control.get('/held', (_req, res) => res.json(faults.held()))

  control.post('/release', (req, res) => {
    res.json({ released: faults.release(req.body?.route) })
  })

  control.post('/expire', (_req, res) => {
    tokens.expireAll()
    res.status(204).end()
  })

  control.post('/revoke', (req, res) => {
    const { id } = findAccount(req.body?.email)
    res.json({ revoked: sessions.revokeUser(id) })
  })

  control.post('/roles', (req, res) => {
    const account = findAccount(req.body?.email)
    accounts.setRoles(account, req.body.roles)
    res.json({ user: toUser(account) })
  })

  function findAccount(email) {
    const account = typeof email === 'string' && accounts.byEmail(email)
    if (!account) throw new InvalidInput(`no account has the e-mail ${JSON.stringify(email)}`)
    return account
  }

  control.use(notFound, answerError)
  return control
}

const digest = (text) => createHash('sha256').update(text).digest()
const isSame = (one, other) => timingSafeEqual(digest(one), digest(other))
