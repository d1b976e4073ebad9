import { presets } from '../presets.js'
import type { Endpoint } from './options.js'
import type { Seen } from './probe/seen.js'
import { begin, csrfHeaderFor, readableCsrfCookie } from './probe/session.js'

/** The options of a vault that fit what was seen, as a file; and what none of them can say. */
export interface Suggestion {
  code: string
  notes: string[]
}

/** @returns nothing if nobody could sign in */
export function suggest(seen: Seen): Suggestion | undefined {
  const { plan } = seen
  const answer = seen.exchange('sign-in')?.answer
  if (!answer?.isOk) return undefined
  const { grant, cookies } = answer
  const [access] = grant.access
  const notes: string[] = []
  const isByCookie = !access && !grant.isDeviseTokenAuth && seen.exchange('me-by-cookie')?.answer?.isOk
  const me = plan.endpoints.me
  if (grant.isDeviseTokenAuth)
    notes.push(
      'This is devise_token_auth, as in the preset deviseTokenAuth. Where an answer with a new token is lost, so is the session.',
    )
  else if (isByCookie)
    notes.push('The API works with a session cookie, as in the preset railsSession: there is no token.')
  else if (!access) notes.push('There is no token: see sign-in.grant.')
  if (grant.csrf)
    notes.push(`The API gives a CSRF token in the body (${grant.csrf.place}): no option repeats that.`)
  if (plan.topology === 'cross-site' && cookies.length > 0)
    notes.push('Page and API are of different sites: see cookie.third-party, and serve them on one.')

  const refreshes = seen.exchange('refresh')?.answer?.isOk
  const isInBody = grant.refresh !== undefined && cookies.length === 0
  const options = [
    plan.topology !== 'same-origin' && `origins: [${quote(plan.api.origin)}]`,
    `signIn: ${endpoint(plan.endpoints.signIn)}`,
    credential(grant.isDeviseTokenAuth, isByCookie === true),
    isByCookie && me && `refresh: ${endpoint(me)}`,
    refreshes && plan.endpoints.refresh && `refresh: ${endpoint(plan.endpoints.refresh)}`,
    hasSignOut(seen) && plan.endpoints.signOut && `signOut: ${endpoint(plan.endpoints.signOut)}`,
    isInBody && `refreshToken: 'body'`,
    csrf(seen),
    fields(seen, isInBody),
  ].filter((line) => typeof line === 'string')
  if (!refreshes && !isByCookie)
    notes.push('Without a refresh that works, sessions end with the access token.')
  const lines = options.map((option) => `  ${option},\n`).join('')
  return {
    code: `// auth.vault.ts\nimport { openVault } from 'tokencell/vault'\nexport default openVault({\n${lines}})\n`,
    notes,
  }
}

function credential(isDeviseTokenAuth: boolean, isByCookie: boolean): string | undefined {
  if (isByCookie) return `credential: 'cookie'`
  if (!isDeviseTokenAuth) return undefined
  const { headers } = presets.deviseTokenAuth.credential
  return `credential: { headers: [${headers.map(quote).join(', ')}] }`
}

function hasSignOut(seen: Seen) {
  const status = seen.exchange('sign-out')?.answer?.status
  return status !== undefined && status !== 404 && status !== 405
}

function csrf(seen: Seen): string | undefined {
  const { csrf, isCsrfOpen } = seen.plan
  const answer = seen.exchange('sign-in')?.answer
  const cookie = isCsrfOpen && answer ? readableCsrfCookie(begin(answer)) : undefined
  if (cookie) return `csrf: { header: ${quote(csrfHeaderFor(cookie))}, cookie: ${quote(cookie.name)} }`
  if (!csrf) return 'csrf: false'
  if ('cookie' in csrf) return `csrf: { header: ${quote(csrf.header)}, cookie: ${quote(csrf.cookie)} }`
  const isUsual = csrf.header === 'X-Requested-With' && csrf.value === 'tokencell'
  return isUsual ? undefined : `csrf: { header: ${quote(csrf.header)}, value: ${quote(csrf.value)} }`
}

function fields(seen: Seen, isInBody: boolean): string | undefined {
  const { grant } = seen.answer('sign-in')
  const access = grant.access.find(({ place }) => place !== 'header')
  const named = [
    ['accessToken', access?.place, 'access_token'],
    ['expiresIn', grant.expiresIn?.place, 'expires_in'],
    ['refreshToken', isInBody ? grant.refresh?.place : undefined, 'refresh_token'],
    ['user', grant.user, 'user'],
  ] as const
  const unusual = named.filter(([, place, usual]) => place !== undefined && place !== usual)
  if (unusual.length === 0) return undefined
  return `fields: { ${unusual.map(([name, place]) => `${name}: ${quote(place ?? '')}`).join(', ')} }`
}

function endpoint({ method, url }: Endpoint): string {
  const path = quote(url.pathname)
  return method === 'POST' ? path : `{ method: ${quote(method)}, path: ${path} }`
}

/** As a string of TypeScript, whatever a server has put into it. */
const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`
