import { BASE } from './cookies.js'
import { parseFault } from './fault.js'
import { interceptReply } from './reply.js'

/** @typedef {import("./fault.js").Fault} Fault */

/**
 * Faults that tests order. Each affects the next requests to its route: the oldest fault first, and one fault per request.
 * @param {{ closeIdle(): void }} sockets
 */
export function createFaults(sockets) {
  /** @type {Fault[]} */
  let pending = []
  /** @type {undefined | ((req: import("express").Request, res: import("express").Response) => Omit<Fault, "route"> | undefined)} */
  let choose
  /** @type {Set<{ route: string, resume: () => void }>} */
  const held = new Set()
  /** @type {Set<() => void>} */
  const watchers = new Set()

  function take(route) {
    const fault = pending.find((each) => each.route === route || each.route === '*')
    if (fault && --fault.times === 0) pending = pending.filter((each) => each !== fault)
    return fault
  }

  function chosen(route, req, res) {
    const fault = choose?.(req, res)
    return fault && parseFault({ ...fault, route })
  }

  function hold(route, res, resume) {
    if (res.closed) return
    const entry = { route, resume }
    held.add(entry)
    res.once('close', () => held.delete(entry))
    for (const check of watchers) check()
  }

  /** Holds a request for this time, or until it is released. If the client disconnects, the request continues, as on a real server. */
  function holdFor(millis, route, resume) {
    const entry = {
      route,
      resume() {
        clearTimeout(timer)
        held.delete(entry)
        resume()
      },
    }
    const timer = setTimeout(entry.resume, millis).unref()
    held.add(entry)
    for (const check of watchers) check()
  }

  function release(route) {
    const released = [...held].filter((entry) => route === undefined || entry.route === route)
    for (const entry of released) {
      held.delete(entry)
      entry.resume()
    }
    return released.length
  }

  function heldOn(route) {
    return [...held].filter((entry) => entry.route === route).length
  }

  const after = (millis, route, resume) => (millis > 0 ? holdFor(millis, route, resume) : resume())

  const strike = {
    status: (fault, _route, res) => answer(res, fault),
    answer: (fault, _route, res) => answer(res, fault),
    drop({ millis = 0 }, route, res, next) {
      interceptReply(res, () => after(millis, route, () => disconnect(res)))
      next()
    },
    cut({ millis = 0 }, route, res, next) {
      interceptReply(res, (_, body = '') => {
        const bytes = Buffer.from(body)
        const isLast = bytes.length === 0
        const cutOff = () => (isLast ? disconnect(res) : res.write(half(bytes), () => disconnect(res)))
        after(millis, route, cutOff)
      })
      next()
    },
    hold(_fault, route, res, next) {
      interceptReply(res, (send) => hold(route, res, send))
      next()
    },
    holdBefore: (_fault, route, res, next) => hold(route, res, next),
    delay({ millis }, route, res, next) {
      interceptReply(res, (send) => holdFor(millis, route, send))
      next()
    },
    delayBefore: ({ millis }, route, _res, next) => holdFor(millis, route, next),
  }

  return {
    /** @param {Fault} input @throws {import("./invalid-input.js").InvalidInput} */
    add(input) {
      const fault = parseFault(input)
      pending.push(fault)
      // If a reused connection closes, the browser resends the request: see the middleware.
      if (fault.kind === 'drop') sockets.closeIdle()
    },

    /**
     * Calls this function for each request that no ordered fault affects, until the next `reset`. The returned fault affects
     * that request only: `times` is ignored.
     * @param {NonNullable<typeof choose>} chooser
     */
    choose(chooser) {
      choose = chooser
    },

    /** The faults that have not happened yet. @returns {readonly Fault[]} */
    pending: () => pending,

    /** Releases the held requests of one route or of all. @param {string} [route] @returns {number} how many */
    release,

    /** How many requests are held, per route. @returns {Record<string, number>} */
    held() {
      const routes = new Set([...held].map((entry) => entry.route))
      return Object.fromEntries([...routes].map((route) => [route, heldOn(route)]))
    },

    /** Resolves as soon as `count` requests to `route` are held. @param {string} route @param {number} [count] */
    whenHeld(route, count = 1) {
      return new Promise((resolve) => {
        const check = () => {
          if (heldOn(route) < count) return
          watchers.delete(check)
          resolve()
        }
        watchers.add(check)
        check()
      })
    },

    /** Removes the pending faults, and releases the held requests. */
    reset() {
      pending = []
      choose = undefined
      release()
    },

    /** @type {import("express").RequestHandler} */
    middleware(req, res, next) {
      // With a new connection for every request, the page gets the failure of a drop, because the browser does not resend.
      if (pending.some((fault) => fault.kind === 'drop')) res.set('Connection', 'close')
      const route = routeOf(req.path)
      const fault = take(route) ?? chosen(route, req, res)
      if (fault) strike[fault.kind](fault, route, res, next)
      else next()
    },
  }
}

function disconnect(res) {
  // For the journal: the client has not disconnected.
  res.locals.dropped = true
  res.destroy()
}

const half = (bytes) => bytes.subarray(0, Math.ceil(bytes.length / 2))

/** `/api/v1/admin/users` → `admin/users`. @param {string} path */
function routeOf(path) {
  return path.startsWith(`${BASE}/`) ? path.slice(BASE.length + 1) : path
}

function answer(res, { status, retryAfter, headers, body }) {
  res.status(status).set('Content-Type', 'application/json')
  if (retryAfter !== undefined) res.set('Retry-After', String(retryAfter))
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  // Not `send()`, which would add headers to a deliberately wrong response.
  res.end(body)
}
