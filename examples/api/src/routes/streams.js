import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Router } from 'express'
import { requireBearer } from '../bearer.js'
import { InvalidInput } from '../invalid-input.js'

const LARGEST = 2 ** 30
const LONGEST_PAUSE = 60_000

// The byte at i is i % 251. 251 is a prime, so that a lost or repeated piece is detected.
const PATTERN = Buffer.from(Array.from({ length: 251 * 256 }, (_, i) => i % 251))

/**
 * Slow responses, and bodies of any size. A body is never in memory as a whole.
 * @param {import("../api.js").Api} api
 * @returns {import("express").Router}
 */
export function streamRoutes(api) {
  const router = Router()
  const bearer = requireBearer(api)

  router.get('/bytes/:count', bearer, async (req, res) => {
    const count = wholeNumber('count', req.params.count, { atMost: LARGEST })
    const pause = wholeNumber('pause', req.query.pause ?? 0, { atMost: LONGEST_PAUSE })
    res.type('application/octet-stream')
    if (req.query.length !== 'no') res.set('Content-Length', String(count))
    await stream(bytes(count, pause), res)
  })

  router.post('/bytes', bearer, async (req, res) => {
    const hash = createHash('sha256')
    let received = 0
    try {
      for await (const chunk of req) {
        received += chunk.length
        hash.update(chunk)
      }
    } catch (error) {
      if (req.readableAborted) return
      throw error
    }
    res.json({ received, sha256: hash.digest('hex'), contentType: req.get('Content-Type') ?? null })
  })

  router.get('/events', bearer, async (req, res) => {
    const every = wholeNumber('every', req.query.every ?? 1000, { atLeast: 10, atMost: LONGEST_PAUSE })
    const count = wholeNumber('count', req.query.count ?? LARGEST, { atMost: LARGEST })
    res.type('text/event-stream')
    await stream(events(count, every), res)
  })

  return router
}

const bytes = (count, pause) =>
  async function* ({ signal }) {
    for (let sent = 0; sent < count; sent += PATTERN.length) {
      if (sent > 0 && pause > 0) await delay(pause, undefined, { signal, ref: false })
      yield PATTERN.subarray(0, count - sent)
    }
  }

const events = (count, every) =>
  async function* ({ signal }) {
    for (let n = 1; n <= count; n++) {
      if (n > 1) await delay(every, undefined, { signal, ref: false })
      yield `id: ${n}\ndata: ${JSON.stringify({ n })}\n\n`
    }
  }

/** Sends as fast as the client reads, until the client disconnects. */
async function stream(source, res) {
  try {
    await pipeline(source, res)
  } catch (error) {
    // The client may disconnect at any time; the journal records it.
    if (!res.closed) throw error
  }
}

function wholeNumber(name, text, { atLeast = 0, atMost }) {
  const value = Number(text)
  if (Number.isInteger(value) && value >= atLeast && value <= atMost) return value
  throw new InvalidInput(`${name} must be a whole number, ${atLeast} to ${atMost}`)
}
