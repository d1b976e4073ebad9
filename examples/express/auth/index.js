import cors from 'cors'
import helmet from 'helmet'
import { createAccessTokens } from './access-token.js'
import { createChecks } from './checks.js'
import { createLimiter } from './limiter.js'
import { createPasswords } from './passwords.js'
import { createRefreshTokens } from './refresh-token.js'
import { answerRefusal } from './refusal.js'
import { createRoutes } from './routes.js'
import { createStore } from './store.js'

export { readConfig } from './config.js'
export { migrate, openDatabase } from './database.js'

/**
 * @param {import('knex').Knex} db
 * @param {ReturnType<typeof import('./config.js').readConfig>} config
 */
export function createAuth(db, config) {
  const accessTokens = createAccessTokens(config)
  const refreshTokens = createRefreshTokens(config)
  const store = createStore(db, { ...config, refreshTokens })
  const checks = createChecks({ config, store, accessTokens })
  const parts = { config, store, accessTokens, refreshTokens, checks }
  const { requireSession, requireRole } = checks

  return {
    /** Security headers and CORS for the whole application. Use it before everything else. Contract, 24 and 30. */
    headers: [
      helmet(),
      cors({
        origin: config.origins,
        credentials: true,
        maxAge: 600,
        methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        allowedHeaders: ['Authorization', 'Content-Type', 'X-Requested-With'],
        exposedHeaders: ['Authorization', 'Retry-After', 'Date'],
      }),
    ],
    router: createRoutes({
      ...parts,
      limiter: createLimiter(db, config),
      passwords: createPasswords(config),
    }),
    /** Guards routes of the application; `req.auth.user` is the user. */
    requireSession,
    requireRole,
    /** Responds to requests that the guards refuse. Use it after the routes of the application, before its own error handler. */
    answerRefusal,
    store,
  }
}
