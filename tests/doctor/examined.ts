import type { DoctorOptions } from '../../js/doctor/options.js'
import { type Asked, createSessions, isAda, type Reply, standIn } from './apis/stand-in.js'
import { diagnose } from './listener.js'

type Sessions = ReturnType<typeof createSessions>

interface Behaviour {
  /** The cookies of a session, in addition to the access token. */
  cookies?: (refresh: string) => string[]
  refreshed?: (asked: Asked) => string | undefined
  always?: Record<string, string | string[]>
  lifetime?: object
  /** Whether a request has a header or field that a form of another site cannot send. */
  isOwn?: (asked: Asked) => boolean
  /** Returns a response that replaces the default one. */
  instead?: (asked: Asked, sessions: Sessions) => Reply | undefined
}

/** Examines an API without flaws, except for `behaviour`. */
export function examined(behaviour: Behaviour, options: Partial<DoctorOptions> = {}) {
  const sessions = createSessions()
  const {
    cookies = (refresh) => [`rt=${refresh}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000`],
    refreshed = ({ cookie }) => cookie('rt'),
  } = behaviour
  const { lifetime = { expires_in: 900 }, always = {} } = behaviour
  const { isOwn = ({ header }) => header('x-requested-with') !== undefined } = behaviour
  const refused = { status: 401, body: { error: 'unauthorized' }, headers: { 'WWW-Authenticate': 'Bearer' } }
  const granted = ({ access, refresh }: { access: string; refresh: string }) => ({
    status: 200,
    body: { access_token: access, ...lifetime },
    headers: { 'Set-Cookie': cookies(refresh) },
  })
  const listener = standIn((asked) => {
    const { route, body, bearer } = asked
    const other = behaviour.instead?.(asked, sessions)
    if (other) return other
    if (route === 'GET /me') return sessions.isLive(bearer) ? { status: 200, body: { id: 7 } } : refused
    if (!isOwn(asked)) return { status: 403, body: {} }
    if (route === 'POST /login') return isAda(body.email, body.password) ? granted(sessions.open()) : refused
    if (route === 'POST /refresh') {
      const renewed = sessions.renew(refreshed(asked))
      return renewed ? granted(renewed) : refused
    }
    if (route !== 'DELETE /logout') return { status: 404 }
    sessions.endOfRefresh(refreshed(asked))
    const gone = cookies('').map((cookie) =>
      cookie.replace(/=[^;]*/, '=').replace(/Max-Age=\d+/, 'Max-Age=0'),
    )
    return { status: 204, headers: { 'Set-Cookie': gone } }
  }, always)
  return diagnose(listener, options).then((result) => ({ ...result, sessions }))
}
