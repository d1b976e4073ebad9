import cookieParser from 'cookie-parser'
import express from 'express'
import { createAccounts } from './accounts.js'
import { createControl } from './control.js'
import { BASE } from './cookies.js'
import { cors } from './cors.js'
import { answerError, notFound } from './errors.js'
import { createFaults } from './faults.js'
import { flawedReplies, flawedRequests, flawedSessions, flawedTokens } from './flaws.js'
import { createJournal } from './journal.js'
import { listen } from './listen.js'
import { createNotes } from './notes.js'
import { delayReplies } from './reply.js'
import { resourceRoutes } from './routes/resources.js'
import { sessionRoutes } from './routes/session.js'
import { streamRoutes } from './routes/streams.js'
import { createSessions } from './sessions.js'
import { checkSettings, createSettings } from './settings.js'
import { createSockets } from './sockets.js'
import { createTokens } from './tokens.js'

export { InvalidInput } from './invalid-input.js'
export { settingsFromEnvironment } from './settings.js'

/** @typedef {ReturnType<typeof createApi>} Api */

const isRefresh = (req) => req.method === 'POST' && req.path === `${BASE}/refresh`

/**
 * An API with its own accounts, sessions and faults, sharing nothing with another.
 * @param {Partial<import("./settings.js").Settings>} [overrides]
 * @throws {import("./invalid-input.js").InvalidInput} if a setting is wrong
 */
export function createApi(overrides) {
  const initial = createSettings(overrides)
  const settings = structuredClone(initial)
  const accounts = createAccounts()
  const sessions = flawedSessions(settings, createSessions(settings))
  const tokens = flawedTokens(settings, createTokens(settings))
  const notes = createNotes()
  const journal = createJournal({ tokens }, isRefresh)
  const sockets = createSockets()
  const faults = createFaults(sockets)

  const api = {
    settings,
    accounts,
    sessions,
    tokens,
    notes,
    journal,
    sockets,
    faults,

    /** The application that `listen` serves, to be mounted in another one. @type {import("express").Express} */
    app: undefined,
    /** Changes settings at run time. If one is invalid, none is changed. @param {Partial<import("./settings.js").Settings>} changes */
    configure(changes) {
      Object.assign(settings, checkSettings(changes))
    },

    /** Restores the state after the start: the seeded accounts and the first settings, without sessions. */
    reset() {
      Object.assign(settings, structuredClone(initial))
      for (const part of [faults, accounts, sessions, tokens, notes, journal]) part.reset()
    },

    /** The state that the control port shows. */
    state: () => ({ settings, counts: journal.counts(), sessions: sessions.count() }),

    /** @param {Parameters<typeof listen>[1]} [options] */
    listen: (options) => listen({ ...api, createControl: (token) => createControl(api, { token }) }, options),
  }
  api.app = createApp(api)
  return api
}

function createApp(api) {
  const app = express().disable('x-powered-by').disable('etag')
  // Behind a development proxy, X-Forwarded-* contains the scheme and the host of the page.
  app.set('trust proxy', 'loopback')

  app.use(api.journal.middleware)
  app.use(flawedReplies(api))
  app.use(cors(api.settings))
  app.use(forbidCaching)
  app.use(delayReplies(api.settings, isRefresh))
  app.use(api.faults.middleware)
  app.use(flawedRequests(api))
  app.use(cookieParser())
  app.use(BASE, sessionRoutes(api), resourceRoutes(api), streamRoutes(api))
  app.use(notFound, answerError)
  return app
}

function forbidCaching(_req, res, next) {
  res.set('Cache-Control', 'no-store')
  next()
}
