import type { Endpoint, Plan } from '../options.js'
import type { Client } from './client.js'

/** Where APIs have their endpoints, most usual first. A second word is what the credentials are nested in; a method may stand in front. */
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
  // In front, because an API with /users/:id asks who wants to delete /users/sign_out.
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

/** Finds endpoints that are there, without credentials. Replaces those of the plan; what is not found stays as it is. */
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
    // What was said of it without its path still holds.
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
          // An application of one page answers to everything, with its page.
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

/** The method that stands in front of a candidate. */
const methodsOf = (candidate: string) => /^[A-Z]+(?= )/.exec(candidate)
