import { ADA } from '../fixtures.js'
import { type Asked, bearer, isAda, jwt, NO, resources, USER } from './dialect.js'

export function deviseJwt() {
  const { state, dialect, holds } = bearer()
  return Object.assign(dialect, {
    credentials: { user: ADA },
    routes: {
      ...resources(holds),
      'POST /users/sign_in': ({ body }: Asked) => {
        if (!isAda(body.user)) return NO
        state.access = jwt(dialect)
        return { headers: { authorization: `Bearer ${state.access}` }, body: USER }
      },
      'DELETE /users/sign_out': (asked: Asked) => {
        if (holds(asked)) state.access = undefined
        return { status: 204 }
      },
    },
  })
}
