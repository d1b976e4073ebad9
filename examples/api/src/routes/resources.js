import { setTimeout as delay } from 'node:timers/promises'
import { json, Router } from 'express'
import { toUser } from '../accounts.js'
import { readBearer, refuseBearer, requireBearer, requireRole } from '../bearer.js'

/**
 * The resources that need an access token, and two routes that do not check it.
 * @param {import("../api.js").Api} api
 * @returns {import("express").Router}
 */
export function resourceRoutes(api) {
  const { accounts, notes, settings } = api
  const router = Router()
  const bearer = requireBearer(api)

  router.get('/public', (req, res) => {
    res.json({ authorization: readBearer(req) !== undefined })
  })

  // Represents an API with another audience: it refuses all tokens of this API.
  router.get('/audience', refuseBearer)

  router.get('/me', bearer, (req, res) => {
    res.json({ user: toUser(accounts.byId(req.auth.sub)) })
  })

  router.get('/moved', bearer, (_req, res) => res.redirect('me'))

  router.get('/notes', bearer, async (req, res) => {
    await delay(Math.min(Number(req.query.delay) || 0, 60_000), undefined, { ref: false })
    res.json({ notes: notes.list(req.auth.sub) })
  })

  router.post('/notes', bearer, json({ limit: '1mb' }), async (req, res) => {
    if (!req.is('json')) return res.json({ bytes: await countBytes(req) })
    if (Array.isArray(req.body)) return res.status(422).json({ error: 'not an object' })
    const note = notes.add(req.auth.sub, req.body)
    if (settings.emptyAnswers) res.status(204).end()
    else res.status(201).json({ note })
  })

  router.delete('/notes/:id', bearer, (req, res) => {
    if (notes.remove(req.auth.sub, req.params.id)) res.status(204).end()
    else res.status(404).json({ error: 'unknown' })
  })

  router.get('/reports', bearer, requireRole('editor', 'admin'), (_req, res) => {
    res.json({ reports: [{ id: '1', title: 'Quarterly figures' }] })
  })

  router.get('/admin/users', bearer, requireRole('admin'), (_req, res) => {
    res.json({ users: accounts.list() })
  })

  return router
}

async function countBytes(stream) {
  let bytes = 0
  for await (const chunk of stream) bytes += chunk.length
  return bytes
}
