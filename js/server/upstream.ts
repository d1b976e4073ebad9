import { parseSetCookie } from 'cookie'
import { authorization } from '../authorization.js'
import { isAuthError } from '../errors.js'
import { ownProperty } from '../own-property.js'
import { serverError } from './errors.js'
import { readGrant, visible } from './grant.js'
import type { Bff, Target } from './options.js'
import { begin, renewed, type Session } from './session.js'

/** How long the API may take for a refresh or a sign-out, and for a sign-in. In milliseconds. */
const PATIENCE = 10_000
const SIGN_IN_PATIENCE = 30_000
/** A token response longer than this is none. In characters. */
const LONGEST_BODY = 1024 * 1024
/** When to ask again an API that has not answered; no longer than the second, whatever it says. In seconds. */
const PAUSE = 2
const LONGEST_PAUSE = 60
/** What an API may say of why, as it is kept in a cookie. In characters. */
const LONGEST_CAUSE = 100

/** What became of a refresh. */
export type Renewal =
  | { kind: 'renewed'; session: Session }
  | { kind: 'refused'; cause?: string | undefined }
  /** No word from the API: the session lives. */
  | { kind: 'postponed'; until: number }

/** What became of a sign-out; `refused` is the token, which may be too old. */
export type Farewell = 'told' | 'refused' | 'unreachable'

/** What became of a sign-in: the API's answer has every token removed. */
export interface SignedIn {
  session: Session
  answer: unknown
}

/** The exchanges of credentials with the API. */
export function createUpstream(bff: Bff) {
  async function ask(
    { method, url }: Target,
    { jar = {}, headers = {}, body, patience }: Asking,
  ): Promise<{ response: Response; body: unknown; jar: Record<string, string> }> {
    // The header is for APIs that want one before they have given a cookie to repeat.
    const all = new Headers({ Accept: 'application/json', 'X-Requested-With': 'tokencell', ...headers })
    const { csrf } = bff
    if (csrf) {
      const value = 'value' in csrf ? csrf.value : jar[csrf.cookie]
      if (value !== undefined) all.set(csrf.header, value)
    }
    const pairs = Object.entries(jar).map((pair) => pair.join('='))
    if (pairs.length > 0) all.set('Cookie', pairs.join('; '))
    const response = await fetch(url, {
      method,
      headers: all,
      body: body ?? null,
      cache: 'no-store',
      // A token response has no business moving.
      redirect: 'manual',
      // Not that of the visitor: whoever leaves must not lose a rotation.
      signal: AbortSignal.timeout(patience),
    })
    const text = await response.text()
    if (text.length > LONGEST_BODY) throw serverError('body-malformed', { status: response.status })
    return { response, body: parse(text), jar: keep(jar, response.headers) }
  }

  return {
    /** @throws AuthError `refused`, `unreachable`, or what is wrong with the token response */
    async signIn(
      body: BodyInit,
      contentType: string | null,
      forwarded: Record<string, string>,
    ): Promise<SignedIn> {
      const headers = contentType ? { ...forwarded, 'Content-Type': contentType } : forwarded
      const asked = await ask(bff.signIn, { headers, body, patience: SIGN_IN_PATIENCE }).catch((cause) => {
        throw isAuthError(cause) ? cause : serverError('unreachable', { cause })
      })
      const { status, ok, headers: answered } = asked.response
      const answer = visible({ headers: answered, body: asked.body }, bff)
      if (!ok) {
        const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 429
        const wait = secondsToWait(answered)
        const retryAfter = wait === undefined ? undefined : wait * 1000
        throw serverError(isRefusal ? 'refused' : 'unreachable', { status, body: answer, retryAfter })
      }
      const grant = readGrant(answered, asked.body, bff)
      return { session: begin(grant, asked.jar), answer }
    },

    async refresh(session: Session): Promise<Renewal> {
      if (!bff.refresh) return { kind: 'refused' }
      const asked = await ask(bff.refresh, {
        jar: session.jar,
        patience: PATIENCE,
        ...withToken(session),
      }).catch(() => null)
      const status = asked?.response.status ?? 0
      if (status === 400 || status === 401 || status === 403) {
        const cause =
          asked &&
          ownProperty(visible({ headers: asked.response.headers, body: asked.body }, bff), bff.fields.reason)
        const isWord = typeof cause === 'string' && cause.length <= LONGEST_CAUSE
        return { kind: 'refused', cause: isWord ? cause : undefined }
      }
      if (!asked?.response.ok) return postponed(asked?.response.headers)
      try {
        const grant = readGrant(asked.response.headers, asked.body, bff)
        return { kind: 'renewed', session: renewed(session, grant, asked.jar) }
      } catch {
        // The API agreed, and what it sent is no grant: no reason to end a session.
        return postponed(asked.response.headers)
      }
    },

    async signOut(session: Session): Promise<Farewell> {
      if (!bff.signOut) return 'told'
      const { jar, access } = session
      const { headers = {}, body } = withToken(session)
      const all = { ...headers, authorization: authorization(bff.scheme, access) }
      const asked = await ask(bff.signOut, { jar, headers: all, body, patience: PATIENCE }).catch(() => null)
      const status = asked?.response.status ?? 0
      if (status === 401 || status === 403) return 'refused'
      // Some lead to a page from here; and whoever does not know the session has no need to be told.
      return (status >= 200 && status < 400) || status === 404 || status === 410 ? 'told' : 'unreachable'
    },
  }

  /** A refresh token that came in a body goes in one. */
  function withToken({ refresh }: Session): { headers?: Record<string, string>; body?: string | undefined } {
    if (refresh === undefined || bff.refreshToken === 'cookie') return {}
    if (typeof bff.refreshToken === 'object') {
      const name = bff.refreshToken.header.toLowerCase()
      return { headers: { [name]: name === 'authorization' ? authorization(bff.scheme, refresh) : refresh } }
    }
    // An answer may wrap its fields; what is asked is named without the wrapping.
    const name = bff.fields.refreshToken.split('.').at(-1) as string
    const body = JSON.stringify({ [name]: refresh })
    return { headers: { 'Content-Type': 'application/json' }, body }
  }
}

interface Asking {
  jar?: Record<string, string>
  headers?: Record<string, string>
  body?: BodyInit | undefined
  patience: number
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Cookies go back as they came, well-formed or not. */
const asItIs = (value: string) => value

/** The cookies that the API wants back. Where it wants them is known: at its own endpoints. */
function keep(jar: Record<string, string>, headers: Headers): Record<string, string> {
  const kept = { ...jar }
  for (const header of headers.getSetCookie()) {
    const { name, value = '', maxAge, expires } = parseSetCookie(header, { decode: asItIs })
    const isGone =
      maxAge === undefined ? expires !== undefined && expires.getTime() <= Date.now() : maxAge <= 0
    if (isGone) delete kept[name]
    else kept[name] = value
  }
  return kept
}

/** `Retry-After`, which is seconds or a date (RFC 9110 §10.2.3); nothing for one that is past. */
function secondsToWait(headers?: Headers): number | undefined {
  const asked = headers?.get('retry-after') ?? ''
  const seconds = /^\d+$/.test(asked) ? Number(asked) : (Date.parse(asked) - Date.now()) / 1000
  return seconds >= 0 ? seconds : undefined
}

function postponed(headers?: Headers): Renewal {
  const pause = Math.min(Math.max(secondsToWait(headers) ?? PAUSE, 1), LONGEST_PAUSE)
  return { kind: 'postponed', until: Date.now() + pause * 1000 }
}
