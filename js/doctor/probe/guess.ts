import type { Endpoint, Plan } from '../options.js'
import type { Client } from './client.js'

/**
 * Usual paths of endpoints, the most usual first. A second word names the object that contains the credentials. A method
 * may stand before the path.
 */
const SIGN_INS = [
  ...['login', 'users/sign_in user', 'auth/login', 'auth/sign_in', 'user_token auth', 'sign_in user'],
  ...['session', 'sessions', 'token', 'auth/token', 'users/login user'],
  // Django REST framework ends its paths with a slash.
  ...['token/', 'dj-rest-auth/login/', 'auth/login/', 'auth/jwt/login', 'auth/sign-in/email'],
]
const REFRESHES = [
  'refresh',
  'auth/refresh',
  'token/refresh',
  'refresh_token',
  'auth/refresh_token',
  'users/refresh',
  ...['token/refresh/', 'dj-rest-auth/token/refresh/', 'auth/token/refresh/', 'GET auth/get-session'],
]
const SIGN_OUTS = [
  // First, because an API with `/users/:id` reads `DELETE /users/sign_out` as the deletion of a user, and requires a
  // sign-in.
  ...['logout', 'auth/jwt/logout', 'token/blacklist/', 'dj-rest-auth/logout/', 'auth/sign-out'],
  ...['users/sign_out', 'auth/logout', 'auth/logout/', 'auth/sign_out', 'sign_out', 'session', 'login'],
]
const PROTECTED = [
  'me',
  'user',
  'users/me',
  'auth/me',
  'profile',
  'auth/validate_token',
  'current_user',
  'account',
  ...['me/', 'user/', 'users/me/', 'dj-rest-auth/user/', 'auth/user/'],
]
const PREFIXES = ['', '/api', '/api/v1', '/v1', '/auth']

/**
 * Finds endpoints that exist, without credentials, and puts them into the plan. Endpoints that are not found stay
 * unchanged.
 */
export async function guess(client: Client, plan: Plan) {
  const { endpoints, isNamed } = plan
  const own = plan.api.pathname.replace(/\/$/, '')
  const prefixes = [...new Set([own, ...PREFIXES])]

  const found = isNamed.signIn ? undefined : await first(['POST'], SIGN_INS)
  if (found) {
    endpoints.signIn = found.endpoint
    const { nest } = found
    if (nest) plan.fields = { email: `${nest}.email`, password: `${nest}.password` }
  }
  const others = [
    ['refresh', ['POST'], REFRESHES],
    ['signOut', ['DELETE', 'POST'], SIGN_OUTS],
    ['me', ['GET'], PROTECTED],
  ] as const
  for (const [name, methods, candidates] of others) {
    const found = isNamed[name] ? undefined : await first(methods, candidates)
    // The other settings of the endpoint still apply.
    if (found) endpoints[name] = { ...endpoints[name], ...found.endpoint }
  }

  async function first(methods: readonly string[], candidates: readonly string[]) {
    for (const prefix of prefixes)
      for (const candidate of candidates)
        for (const method of methodsOf(candidate) ?? methods) {
          const [path, nest] = candidate.replace(/^[A-Z]+ /, '').split(' ')
          const url = new URL(`${prefix}/${path}`, plan.api)
          const endpoint: Endpoint = { method, url }
          const answer = await client.ask({ step: 'guess', endpoint, ...(method === 'POST' && { json: {} }) })
          // A single-page application answers every path with its HTML page.
          const isThere =
            answer &&
            answer.type !== 'html' &&
            ![404, 405, 501].includes(answer.status) &&
            answer.status < 600
          if (isThere && !(answer.status >= 300 && answer.status < 400)) return { endpoint, nest }
          if (!answer) return undefined
        }
    return undefined
  }
}

/** The method before a candidate. */
const methodsOf = (candidate: string) => /^[A-Z]+(?= )/.exec(candidate)
