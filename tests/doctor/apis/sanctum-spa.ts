import { type Foreign, USER } from './foreign.js'
import { isAda, random, standIn } from './stand-in.js'

/** The value of the cookie is encrypted and encoded. The header must contain the decoded value. */
const encrypted = (token: string) => encodeURIComponent(`${btoa(JSON.stringify({ value: token }))}==`)

function decrypted(header: string | undefined): string | undefined {
  if (!header?.endsWith('==')) return undefined
  return JSON.parse(atob(header.slice(0, -2))).value
}

/**
 * Laravel with Sanctum for single-page applications. The API uses its session cookie only for pages of its own list,
 * which it recognises by `Referer` or `Origin`. A GET before the sign-in sets the CSRF cookie. Every response renews both.
 */
export const sanctumSpa: Foreign & { notes: string } = {
  listener() {
    const sessions = new Map<string, { token: string; isIn: boolean }>()
    return standIn(({ route, body, cookie, header }) => {
      const isStateful = (header('referer') ?? header('origin')) !== undefined
      let id = (isStateful && cookie('laravel_session')) || ''
      const begin = (isIn: boolean) => {
        sessions.delete(id)
        id = random()
        const next = { token: random(), isIn }
        sessions.set(id, next)
        return next
      }
      let session = sessions.get(id) ?? begin(false)
      const reply = (status: number, body?: object) => ({
        status,
        ...(body && { body }),
        ...(isStateful && {
          headers: {
            'Set-Cookie': [
              `XSRF-TOKEN=${encrypted(session.token)}; Path=/; Max-Age=7200; SameSite=Lax`,
              `laravel_session=${id}; Path=/; Max-Age=7200; HttpOnly; SameSite=Lax`,
            ],
          },
        }),
      })
      if (route === 'GET /sanctum/csrf-cookie') return reply(204)
      if (route === 'GET /api/user')
        return session.isIn ? reply(200, USER) : reply(401, { message: 'Unauthenticated.' })
      if (!route.startsWith('POST ')) return reply(404, { message: 'Not Found' })
      if (decrypted(header('x-xsrf-token')) !== session.token)
        return reply(419, { message: 'CSRF token mismatch.' })
      if (route === 'POST /login') {
        const errors = { email: ['These credentials do not match our records.'] }
        if (!isAda(body.email, body.password)) return reply(422, { message: errors.email[0], errors })
        session = begin(true)
        return reply(200, { two_factor: false })
      }
      if (route !== 'POST /logout') return reply(404, { message: 'Not Found' })
      session = begin(false)
      return reply(204)
    })
  },
  options: {
    signIn: '/login',
    refresh: 'none',
    signOut: 'POST /logout',
    me: '/api/user',
    csrfPage: '/sanctum/csrf-cookie',
  },
  stack: 'laravel',
  suggests: [
    "credential: 'cookie'",
    "refresh: { method: 'GET', path: '/api/user' }",
    "csrf: { header: 'X-XSRF-TOKEN', cookie: 'XSRF-TOKEN' }",
  ],
  notes: "await fetch('/sanctum/csrf-cookie', { credentials: 'include' })",
  tried: ['sign-in', 'request', 'reload', 'refresh', 'sign-out'],
}
