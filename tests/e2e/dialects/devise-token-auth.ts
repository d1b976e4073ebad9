import { ADA } from '../fixtures.js'
import { type Asked, isAda, NO, resources, secret, USER } from './dialect.js'

/** With `cookie_enabled`. For `batch` milliseconds after a rotation, the previous token is accepted as well. */
export function deviseTokenAuth(batch = 0) {
  let current: string | undefined
  let previous: string | undefined
  let renewed = 0
  const dialect = { secrets: [] as string[], rotations: 0, refusals: 0 }
  const renew = () => {
    previous = current
    current = secret(dialect)
    renewed = Date.now()
    const headers = {
      'access-token': current,
      'token-type': 'Bearer',
      client: 'aclient',
      expiry: String(Math.floor(Date.now() / 1000) + 1_209_600),
      uid: ADA.email,
    }
    const cookie = encodeURIComponent(JSON.stringify(headers))
    return { ...headers, 'set-cookie': `auth_cookie=${cookie}; Path=/; HttpOnly; SameSite=Lax` }
  }
  const holds = ({ header, cookie }: Asked) => {
    const fromCookie = cookie('auth_cookie')
    const given = header('access-token')
      ? Object.fromEntries(['access-token', 'client', 'uid'].map((name) => [name, header(name)]))
      : JSON.parse(fromCookie ?? '{}')
    const isBatch = Date.now() - renewed < batch
    const isRight =
      current !== undefined &&
      (given['access-token'] === current || (isBatch && given['access-token'] === previous)) &&
      given.client === 'aclient' &&
      given.uid === ADA.email
    if (!isRight) dialect.refusals++
    return isRight
  }
  const next = () => {
    // Concurrent requests share a token: their responses have a blank token.
    if (Date.now() - renewed < batch) return { 'access-token': ' ', client: 'aclient', uid: ADA.email }
    dialect.rotations++
    return renew()
  }
  return Object.assign(dialect, {
    credentials: ADA,
    survivesReload: true,
    hasSignOut: true,
    isOpen: () => current !== undefined,
    expire: () => {
      current = previous = secret(dialect)
    },
    routes: {
      ...resources(holds, next),
      'POST /auth/sign_in': ({ body }: Asked) =>
        isAda(body) ? { headers: renew(), body: { data: USER } } : NO,
      'GET /auth/validate_token': (asked: Asked) =>
        holds(asked) ? { headers: next(), body: { success: true, data: USER } } : NO,
      'DELETE /auth/sign_out': (asked: Asked) => {
        if (!holds(asked)) return { status: 404 }
        current = undefined
        return { headers: { 'set-cookie': 'auth_cookie=; Path=/; Max-Age=0' }, body: { success: true } }
      },
    },
  })
}
