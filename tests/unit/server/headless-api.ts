import type { IncomingMessage } from 'node:http'
import { parseCookie } from 'cookie'
import { serve } from './browser.js'

const SECONDS = 1000

/** A JWT without a signature, because only this API reads it. */
const jwt = (claims: object) =>
  `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

/**
 * An API as a headless Rails has it: each answer in the second half of a token's life brings the next one, a token counts
 * only with the cookie of its fingerprint, and a write needs the CSRF token, whose cookie is HttpOnly.
 */
export async function startHeadlessApi({
  lifetime = 60,
  csrf = 'field' as 'endpoint' | 'field' | 'header',
  isCsrfSkippedAtSignIn = false,
} = {}) {
  const state = {
    role: 'admin',
    csrf: 'csrf-1',
    /** Whether each request for the CSRF token gets another one, as in Rails. */
    isMasked: false,
    /** How many tokens have been given. */
    count: 0,
    /** Tokens that the API no longer accepts. */
    revoked: new Set<string>(),
    seen: [] as string[],
    writes: [] as string[],
  }

  function token(): string {
    state.count += 1
    const iat = Math.floor(Date.now() / SECONDS)
    return jwt({ sub: '7', role: state.role, iat, exp: iat + lifetime, n: state.count })
  }

  function isSignedIn({ headers }: IncomingMessage): boolean {
    const [, sent = ''] = headers.authorization?.split(' ') ?? []
    if (!sent.includes('.') || state.revoked.has(sent)) return false
    const isFresh = claimsOf(sent).exp > Date.now() / SECONDS
    return isFresh && parseCookie(headers.cookie ?? '').fingerprint === 'f-1'
  }

  const { url, options, close } = await serve(async (request, response) => {
    const text = (await request.setEncoding('utf8').toArray()).join('')
    const { headers, method } = request
    const path = request.url ?? ''
    state.seen.push(`${method} ${path}`)
    const json = (status: number, body: object, more: Record<string, string | string[]> = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...more })
        .end(status === 204 ? undefined : JSON.stringify(body))
    const csrfCookie = () => `csrf=${state.csrf}; Path=/; HttpOnly; Secure`
    const given = csrf === 'header' ? { 'X-CSRF-Token': state.csrf } : {}
    if (path === '/csrf' && state.isMasked) state.csrf = `csrf-${state.seen.length}`
    if (path === '/csrf') return json(200, { csrf_token: state.csrf }, { 'set-cookie': csrfCookie() })
    const isGenuine = headers['x-csrf-token'] === parseCookie(headers.cookie ?? '').csrf
    const isOld = headers['x-csrf-token'] !== state.csrf
    if (path === '/users/sign_in') {
      if (csrf === 'endpoint' && !isCsrfSkippedAtSignIn && (!isGenuine || isOld))
        return json(422, { error: 'csrf' })
      const cookies = ['fingerprint=f-1; Path=/; HttpOnly', csrfCookie()]
      const own = csrf === 'field' ? { session: { csrf: state.csrf } } : {}
      return json(200, own, { 'set-cookie': cookies, Authorization: `Bearer ${token()}`, ...given })
    }
    if (!isSignedIn(request)) return json(401, { error: 'unauthorized' })
    const { exp } = claimsOf(headers.authorization?.split(' ')[1] ?? '')
    const isHalf = exp - Date.now() / SECONDS <= lifetime / 2
    const next: Record<string, string> = isHalf ? { Authorization: `Bearer ${token()}`, ...given } : given
    if (path === '/users/current') return json(200, { id: 7, name: 'Ada', role: state.role }, next)
    if (method !== 'GET' && (!isGenuine || isOld)) {
      return json(403, { error: 'csrf' }, { ...next, 'set-cookie': csrfCookie() })
    }
    if (path === '/users/sign_out') return json(204, {})
    if (path === '/api/refused') return json(403, { error: 'forbidden' }, next)
    if (method !== 'GET') state.writes.push(text)
    json(method === 'GET' ? 200 : 201, { cookie: headers.cookie }, next)
  })

  const from = {
    field: { field: 'session.csrf' },
    header: { responseHeader: 'X-CSRF-Token' },
    endpoint: { endpoint: '/csrf' },
  }[csrf]
  return {
    url,
    close,
    state,
    options: {
      ...options,
      signIn: '/users/sign_in',
      signOut: { method: 'DELETE', path: '/users/sign_out' },
      user: '/users/current',
      renewHeader: 'Authorization',
      csrf: { header: 'X-CSRF-Token', from },
      proxy: ['/api/**'],
      logger: false as const,
    },
  }
}
