import { ADA } from '../fixtures.js'
import { type Asked, bearer, isAda, jwt, resources } from './dialect.js'

export function knock() {
  const { state, dialect, holds } = bearer()
  return Object.assign(dialect, {
    credentials: { auth: ADA },
    hasSignOut: false,
    routes: {
      ...resources(holds),
      'POST /user_token': ({ body }: Asked) => {
        if (!isAda(body.auth)) return { status: 404 }
        state.access = jwt(dialect)
        return { status: 201, body: { jwt: state.access } }
      },
    },
  })
}
