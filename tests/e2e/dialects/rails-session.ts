import { randomBytes } from 'node:crypto'
import { ADA } from '../fixtures.js'
import { type Asked, isAda, NO, resources, USER } from './dialect.js'

export function railsSession() {
  let session: string | undefined
  let csrf: string | undefined
  const dialect = { secrets: [] as string[] }
  const isTheirs = ({ cookie }: Asked) => session !== undefined && cookie('_app_session') === session
  const isGenuine = (asked: Asked) => isTheirs(asked) && asked.header('x-csrf-token') === csrf
  return Object.assign(dialect, {
    credentials: ADA,
    survivesReload: true,
    hasSignOut: true,
    isOpen: () => session !== undefined,
    expire: () => {
      session = undefined
    },
    routes: {
      ...resources(isTheirs),
      'POST /notes': (asked: Asked) => (isGenuine(asked) ? { status: 201, body: {} } : { status: 422 }),
      'POST /login': ({ body }: Asked) => {
        if (!isAda(body)) return NO
        session = randomBytes(24).toString('hex')
        dialect.secrets.push(session)
        // Like in Rails, the value has characters that must be escaped in a cookie.
        csrf = `+/${randomBytes(24).toString('base64')}==`
        const cookies = [
          `_app_session=${session}; Path=/; HttpOnly; SameSite=Lax`,
          `CSRF-TOKEN=${encodeURIComponent(csrf)}; Path=/; SameSite=Lax`,
        ]
        return { headers: { 'set-cookie': cookies }, body: { user: USER } }
      },
      'DELETE /logout': (asked: Asked) => {
        if (!isGenuine(asked)) return { status: 422 }
        session = undefined
        return { status: 204 }
      },
    },
  })
}
