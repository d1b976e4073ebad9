import { ownPath } from '../common/guard.js'
import type { SignInOptions } from '../common/types.js'
import { SESSION_HEADER } from '../protocol/server-session.js'
import { bytesOf, limitedBody } from './body.js'
import type { Proof } from './csrf.js'
import { serverError, situationError } from './errors.js'
import { backToForm, formOf, readForm, seeOther } from './forms.js'
import type { Bff } from './options.js'
import { report } from './replies.js'
import type { RequestSession } from './request-session.js'

/** @param proof how the request has proved that a page of this origin sent it */
export type Route = (request: Request, session: RequestSession, proof: Proof) => Promise<Response>

/** This cookie notes for a while that a page was redirected to `GET /refresh`. It prevents an endless loop of redirects. */
export const BOUNCE_COOKIE = 'tokencell-bounced'
const BOUNCED = `${BOUNCE_COOKIE}=1; Max-Age=10; Path=/; HttpOnly; SameSite=Lax`

/** The maximum length of credentials. In bytes. */
const MAX_CREDENTIALS = 64 * 1024
const tooLarge = () => situationError('body-too-large', 'credentials')

/** @throws AuthError `session-ended` or `replaced` if the page believes to have another session (promise 8) */
export async function checkSession(request: Request, session: RequestSession) {
  const believed = request.headers.get(SESSION_HEADER)
  if (believed === null) return
  const { session: current } = await session.info()
  if (believed !== (current ?? '')) throw serverError(current === null ? 'session-ended' : 'replaced')
}

/** The routes of the session, by method and path below the `basePath`. */
export function createSessionRoutes(bff: Bff): Record<string, Route> {
  const credentialsOf = (request: Request) => bytesOf(limitedBody(request, MAX_CREDENTIALS, tooLarge))

  return {
    'GET /session': async (_, session) => report(session),
    async 'POST /refresh'(request, session) {
      await checkSession(request, session)
      await session.refresh(membersOf(await credentialsOf(request)))
      return report(session)
    },
    /**
     * For pages that were rendered with a token that the API refuses. These pages cannot refresh, so they redirect to
     * this route, which redirects back.
     */
    async 'GET /refresh'(request, session) {
      // Without a new token the session continues, and the page shows the error.
      await session.refresh().catch(() => {})
      const response = seeOther(ownPath(new URL(request.url).searchParams.get('to')) ?? '/')
      response.headers.append('set-cookie', BOUNCED)
      return response
    },
    async 'POST /sign-in'(request, session, proof) {
      const body = await credentialsOf(request)
      const contentType = request.headers.get('content-type') ?? ''
      const options = signInOptionsOf(request)
      if (proof === 'form') {
        const { encoding } = (options.by === undefined ? bff.signIn : bff.exchanges.get(options.by)) ?? {}
        const form = readForm(await formOf(body, contentType), encoding)
        const { status } = await session.signIn(form.body, form.contentType, options)
        const page =
          status === 'pending' ? backToForm(request, { pending: options.by ?? '' }, bff) : undefined
        return page ?? seeOther(form.redirect ?? '/')
      }
      const { status, body: answer } = await session.signIn(body, contentType || null, options)
      return report(session, { answer, isPending: status === 'pending' })
    },
    async 'POST /stay'(request, session) {
      await checkSession(request, session)
      await session.stay()
      return report(session)
    },
    async 'POST /user'(request, session) {
      await checkSession(request, session)
      await session.reloadUser()
      return report(session)
    },
    async 'POST /sign-out'(request, session, proof) {
      const body = await credentialsOf(request)
      const isConfirmed = await session.signOut()
      if (proof !== 'form') return report(session, { isConfirmed })
      const form = await formOf(body, request.headers.get('content-type') ?? '')
      return seeOther(readForm(form).redirect ?? '/')
    },
  }
}

/** `?by=` and `?remember=false`. They are not in the body, which belongs to the API. */
function signInOptionsOf({ url }: Request): SignInOptions {
  const { searchParams } = new URL(url)
  const by = searchParams.get('by')
  return { ...(by !== null && { by }), remember: searchParams.get('remember') !== 'false' }
}

/** @throws AuthError `body-malformed` if there is a body that is not a JSON object */
function membersOf(body: ArrayBuffer): Readonly<Record<string, unknown>> | undefined {
  const text = new TextDecoder().decode(body)
  if (text === '') return undefined
  const members: unknown = parse(text)
  if (typeof members !== 'object' || members === null || Array.isArray(members))
    throw situationError('body-malformed', 'members', { status: 400 })
  return members as Record<string, unknown>
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
