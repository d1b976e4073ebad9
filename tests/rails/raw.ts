import { expect } from '@playwright/test'

export const ADA = { email: 'ada@example.com', password: 'correct horse' }

/** A POST request with JSON, without a browser. */
const post = (headers: Record<string, string> = {}, body?: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-requested-with': 'tokencell', ...headers },
  ...(body && { body: JSON.stringify(body) }),
})

/** The refresh cookie of a response, as the value of a `Cookie` header. */
export const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? ''

export const bearer = (response: Response) => response.headers.get('authorization') ?? ''

export const ask = (url: string, path: string, init?: RequestInit) => fetch(`${url}/api/v1${path}`, init)

export const signIn = (url: string, credentials = ADA, headers = {}) =>
  ask(url, '/login', post(headers, credentials))

export const refresh = (url: string, cookie: string, headers = {}) =>
  ask(url, '/refresh', post({ cookie, ...headers }))

export const signOut = (url: string, headers: Record<string, string>) => ask(url, '/logout', post(headers))

export const signOutEverywhere = (url: string, authorization: string) =>
  ask(url, '/sessions', { method: 'DELETE', headers: { authorization } })

export const me = (url: string, authorization: string, headers = {}) =>
  ask(url, '/me', { headers: { authorization, ...headers } })

/** The status and the body of a response. */
export const said = async (response: Response) => [response.status, await response.json()]

let people = 0

/** Creates a new user, so that a test does not affect the users of other tests. */
export async function signUp(url: string, headers = {}) {
  const credentials = { email: `person-${process.pid}-${++people}@example.com`, password: 'a long password' }
  const response = await ask(url, '/signup', post(headers, credentials))
  expect(response.status).toBe(201)
  const { user } = (await response.json()) as { user: { id: string } }
  return { ...credentials, id: user.id }
}

/** Operations of an admin on a user. */
export async function administrate(url: string) {
  const headers = { authorization: bearer(await signIn(url)), 'content-type': 'application/json' }
  const done = async (path: string, init: RequestInit) => {
    const response = await ask(url, `/admin/users/${path}`, { ...init, headers })
    expect(response.ok, `${init.method} ${path}: ${response.status}`).toBe(true)
  }
  return {
    setRoles: (id: string, roles: string[]) => done(id, { method: 'PATCH', body: JSON.stringify({ roles }) }),
    forceLogout: (id: string) => done(`${id}/sessions`, { method: 'DELETE' }),
  }
}

export type Claims = { sub: string; sid: string; iat: number; exp: number; roles: string[] } & Record<
  string,
  unknown
>

/** The header and the claims of a token. */
export const decode = (token: string) =>
  token
    .replace('Bearer ', '')
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString())) as [Record<string, unknown>, Claims]
