import { ADA } from '../fixtures.js'
import { type Asked, bearer, isAda, jwt, NO, resources, secret, USER } from './dialect.js'

export function bodyPair() {
  const { state, dialect, holds } = bearer()
  let refresh: string | undefined
  const grant = () => {
    state.access = jwt(dialect)
    refresh = secret(dialect)
    return { body: { access_token: state.access, refresh_token: refresh, expires_in: 900, user: USER } }
  }
  return Object.assign(dialect, {
    credentials: ADA,
    refreshes: () => state.refreshes,
    routes: {
      ...resources(holds),
      'POST /login': ({ body }: Asked) => (isAda(body) ? grant() : NO),
      'POST /refresh': ({ body }: Asked) => {
        if (refresh === undefined || body.refresh_token !== refresh) return NO
        state.refreshes++
        return grant()
      },
      'POST /logout': ({ body }: Asked) => {
        if (body.refresh_token === refresh) state.access = refresh = undefined
        return { status: 204 }
      },
    },
  })
}
