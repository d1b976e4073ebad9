import { randomBytes } from 'node:crypto'
import { ADA } from '../fixtures.js'
import { type Asked, bearer, isAda, jwt, NO, resources } from './dialect.js'

export function jwtSessions() {
  const { state, dialect, holds } = bearer()
  let refresh: string | undefined
  const grant = () => {
    state.access = jwt(dialect)
    const at = new Date(Date.now() + 900_000).toISOString()
    return { csrf: randomBytes(24).toString('base64'), access: state.access, access_expires_at: at }
  }
  return Object.assign(dialect, {
    credentials: ADA,
    refreshes: () => state.refreshes,
    routes: {
      ...resources(holds),
      'POST /login': ({ body }: Asked) => {
        if (!isAda(body)) return NO
        refresh = jwt(dialect)
        return {
          body: { ...grant(), refresh, refresh_expires_at: new Date(Date.now() + 1e9).toISOString() },
        }
      },
      // The response has no new refresh token: the one of the sign-in stays valid.
      'POST /refresh': ({ header }: Asked) => {
        if (refresh === undefined || header('x-refresh-token') !== refresh) return NO
        state.refreshes++
        return { body: grant() }
      },
      'DELETE /login': (asked: Asked) => {
        if (!holds(asked)) return NO
        state.access = refresh = undefined
        return { body: 'ok' }
      },
    },
  })
}
