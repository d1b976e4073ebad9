import { readBearer } from './bearer.js'

/**
 * @typedef {object} Entry
 * @property {number} n        counts from 1
 * @property {number} at       milliseconds since the epoch
 * @property {string} method
 * @property {string} path     without the query
 * @property {number | null} status  null while open, 0 if the connection ended without a response
 * @property {boolean} aborted the client disconnected before it had the whole response
 * @property {null | { sid: string | null, sub: string | null, jti: string | null }} bearer
 * @property {string | null} origin
 * @property {string | null} language  the header Accept-Language
 */

// A soak test must not fill the memory. The counts include the entries that were removed.
const CAPACITY = 10_000

/**
 * The requests in order of arrival, for tests. It never contains a token.
 * @param {Pick<import("./api.js").Api, "tokens">} api
 * @param {(req: import("express").Request) => boolean} isRefresh
 */
export function createJournal({ tokens }, isRefresh) {
  /** @type {Entry[]} */
  let entries
  let requests, byRoute, refresh, maxConcurrentRefreshes
  /** @type {Set<Entry>} */
  const openRefreshes = new Set()
  /** @type {Set<(entry: Entry) => void>} */
  const watchers = new Set()

  function reset() {
    entries = []
    requests = 0
    byRoute = {}
    refresh = { total: 0, ok: 0, refused: 0, reuse: 0 }
    maxConcurrentRefreshes = 0
    openRefreshes.clear()
  }
  reset()

  function describe(req) {
    const token = readBearer(req)
    return {
      n: ++requests,
      at: Date.now(),
      method: req.method,
      path: req.path,
      status: null,
      aborted: false,
      bearer: token === undefined ? null : tokens.describe(token),
      origin: req.get('Origin') ?? null,
      language: req.get('Accept-Language') ?? null,
    }
  }

  function tell(entry) {
    for (const check of watchers) check(entry)
  }

  return {
    reset,

    /** Entries after the `since`th. @param {number} [since] @returns {Entry[]} */
    entries: (since = 0) => entries.filter((entry) => entry.n > since),

    /**
     * Resolves with the first existing or future entry that `matches`. It checks an entry when a request arrives and
     * when it has ended.
     * @param {(entry: Entry) => boolean} matches
     * @returns {Promise<Entry>}
     */
    when(matches) {
      const known = entries.find(matches)
      if (known) return Promise.resolve(known)
      return new Promise((resolve) => {
        const check = (entry) => {
          if (!matches(entry)) return
          watchers.delete(check)
          resolve(entry)
        }
        watchers.add(check)
      })
    },

    counts: () => structuredClone({ refresh, requests, byRoute, maxConcurrentRefreshes }),

    /** Counts the result of a refresh that reached its handler. @param {"ok" | "refused" | "reuse"} outcome */
    countRefresh(outcome) {
      refresh[outcome] += 1
      if (outcome === 'reuse') refresh.refused += 1
    },

    /** @type {import("express").RequestHandler} */
    middleware(req, res, next) {
      const entry = describe(req)
      const route = `${entry.method} ${entry.path}`
      entries.push(entry)
      if (entries.length > CAPACITY) entries.shift()
      byRoute[route] = (byRoute[route] ?? 0) + 1

      if (isRefresh(req)) {
        refresh.total += 1
        openRefreshes.add(entry)
        maxConcurrentRefreshes = Math.max(maxConcurrentRefreshes, openRefreshes.size)
      }
      res.once('close', () => {
        entry.status = res.headersSent ? res.statusCode : 0
        entry.aborted = !res.writableFinished && !res.locals.dropped
        openRefreshes.delete(entry)
        tell(entry)
      })
      tell(entry)
      next()
    },
  }
}
