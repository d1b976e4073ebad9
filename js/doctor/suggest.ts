import { presets } from '../presets.js'
import { isEnd } from './checks/rotation.js'
import type { Csrf, Endpoint } from './options.js'
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
  const isByCookie = plan.isCookieSession && !grant.isDeviseTokenAuth
  if (grant.isDeviseTokenAuth)
    notes.push(
      'This is devise_token_auth, as in the preset deviseTokenAuth. Where an answer with a new token is lost, so is the session.',
    )
  else if (isByCookie)
    notes.push(
      'The API works with a session cookie, as in the presets railsSession and betterAuth: there is no token.',
    )
  else if (!access) notes.push('There is no token: see sign-in.grant.')
  if (grant.csrf)
    notes.push(`The API gives a CSRF token in the body (${grant.csrf.place}): no option repeats that.`)
  if (plan.topology === 'cross-site' && cookies.length > 0)
    notes.push('Page and API are of different sites: see cookie.third-party, and serve them on one.')

  const refreshes = seen.exchange('refresh')?.answer?.isOk
  const refresh = refreshes ? plan.endpoints.refresh : isByCookie ? plan.endpoints.me : undefined
  const isInBody = grant.refresh !== undefined && cookies.length === 0
  const isForeign = plan.topology !== 'same-origin'
  const options = [
    isForeign && `origins: [${quote(plan.api.origin)}]`,
    `signIn: ${endpoint(plan.endpoints.signIn)}`,
    credential(grant.isDeviseTokenAuth, isByCookie),
    refresh && `refresh: ${endpoint({ ...refresh, ...ownCsrf(seen, refresh), ...ends(seen) })}`,
    hasSignOut(seen) && plan.endpoints.signOut && `signOut: ${endpoint(plan.endpoints.signOut)}`,
    isInBody && `refreshToken: ${refreshToken(seen)}`,
    plan.scheme !== 'Bearer' && `scheme: ${quote(plan.scheme)}`,
    isForeign && !seen.needsCookies && `credentials: 'omit'`,
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
  const { csrf, isCsrfOpen, topology } = seen.plan
  const found = repeatedCookie(seen, false)
  if (found) return `csrf: ${csrfRule(found)}`
  // Across origins, CORS would have to allow a header that nothing needs.
  if (!csrf || (isCsrfOpen && !seen.needsCookies && topology !== 'same-origin')) return 'csrf: false'
  const isUsual = 'value' in csrf && csrf.header === 'X-Requested-With' && csrf.value === 'tokencell'
  return isUsual ? undefined : `csrf: ${csrfRule(csrf)}`
}

/** The rule against CSRF that a readable cookie stands for, where none was given. */
function repeatedCookie(seen: Seen, isRefresh: boolean): Csrf | undefined {
  const answer = seen.exchange('sign-in')?.answer
  // Django sets such a cookie for its own pages.
  const without = seen.exchange('plain-refresh') ?? seen.exchange('plain-sign-out')
  const cookie =
    seen.plan.isCsrfOpen && answer && seen.needsCookies && !without?.answer?.isOk
      ? readableCsrfCookie(begin(answer), isRefresh)
      : undefined
  return cookie && { header: csrfHeaderFor(cookie), cookie: cookie.name }
}

/** That of the refresh, where it is another one than that of the rest. */
function ownCsrf(seen: Seen, refresh: Endpoint): Pick<Endpoint, 'csrf'> {
  const [own, usual] = [repeatedCookie(seen, true), repeatedCookie(seen, false)]
  const isOwn = own && usual && csrfRule(own) !== csrfRule(usual)
  return refresh.csrf === undefined && isOwn ? { csrf: own } : {}
}

const csrfRule = (csrf: Csrf) =>
  csrf === false
    ? 'false'
    : 'cookie' in csrf
      ? `{ header: ${quote(csrf.header)}, cookie: ${quote(csrf.cookie)} }`
      : `{ header: ${quote(csrf.header)}, value: ${quote(csrf.value)} }`

/** With which other statuses a refresh was refused. */
function ends(seen: Seen): Pick<Endpoint, 'endsOn'> {
  const usual = seen.plan.endpoints.refresh?.endsOn ?? [400, 401, 403]
  const refused = seen.answered('refresh-bad-cookie', 'refresh-without-cookie', 'refresh-after', 'reuse')
  const others = refused
    .map(({ answer }) => answer.status)
    .filter((status) => isEnd(status) && !usual.includes(status))
  return others.length > 0 ? { endsOn: [...new Set([...usual, ...others])] } : {}
}

/** Where the refresh token goes. */
function refreshToken({ plan: { refreshToken } }: Seen): string {
  if (!refreshToken) return `'body'`
  const [[place, name] = []] = Object.entries(refreshToken)
  return `{ ${place}: ${quote(String(name))} }`
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

function endpoint({ method, url, encoding, body, csrf, endsOn }: Endpoint): string {
  const path = quote(url.pathname + url.search)
  const members = Object.entries(body ?? {}).map(([name, text]) => `${quote(name)}: ${quote(text)}`)
  const rest = [
    encoding === 'form' && `encoding: 'form'`,
    members.length > 0 && `body: { ${members.join(', ')} }`,
    csrf !== undefined && `csrf: ${csrfRule(csrf)}`,
    endsOn && `endsOn: [${endsOn.join(', ')}]`,
  ].filter((member) => typeof member === 'string')
  if (method === 'POST' && rest.length === 0) return path
  const all = [...(method === 'POST' ? [] : [`method: ${quote(method)}`]), `path: ${path}`, ...rest]
  return `{ ${all.join(', ')} }`
}

/** As a string of TypeScript, whatever a server has put into it. */
const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`
