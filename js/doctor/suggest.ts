import { CAMEL_CASE, FIELDS } from '../common/fields.js'
import type { VaultOptions } from '../common/vault-options.js'
import { presets } from '../presets.js'
import { isEnd } from './checks/rotation.js'
import { foundRule, repeatedCookie, signInRule } from './csrf-rule.js'
import type { Endpoint } from './options.js'
import type { Observations } from './probe/observations.js'

/** The options of a vault that fit the observations, and notes about what no option can express. */
export interface Fitting {
  options: VaultOptions
  notes: string[]
}

/** @returns `undefined` if the sign-in failed */
export function fit(observations: Observations): Fitting | undefined {
  const { plan } = observations
  const answer = observations.exchange('sign-in')?.answer
  const { grant } = answer ?? {}
  const isByCookie = plan.isCookieSession && !grant?.isDeviseTokenAuth
  if (!answer?.isOk || !grant) return undefined
  if (!isByCookie && !grant.isDeviseTokenAuth && grant.access.length === 0) return undefined

  const refreshes = observations.exchange('refresh')?.answer?.isOk
  const refresh = refreshes ? plan.endpoints.refresh : isByCookie ? plan.endpoints.me : undefined
  const isInBody = grant.refresh !== undefined && refreshes === true && !plan.isRefreshedByCookie
  const isForeign = plan.topology !== 'same-origin'
  const ofSignIn = signInRule(observations)
  const options: Partial<VaultOptions> = {
    ...(isForeign && { origins: [plan.api.origin] }),
    signIn: endpoint({ ...plan.endpoints.signIn, ...(ofSignIn && { csrf: ofSignIn }) }),
    ...credential(grant.isDeviseTokenAuth, isByCookie),
    ...(refresh && {
      refresh: endpoint({ ...refresh, ...ownCsrf(observations, refresh), ...ends(observations) }),
    }),
    ...(hasSignOut(observations) && plan.endpoints.signOut && { signOut: endpoint(plan.endpoints.signOut) }),
    ...(isInBody && { refreshToken: plan.refreshToken ?? 'body' }),
    ...(plan.scheme !== 'Bearer' && { scheme: plan.scheme }),
    ...(isForeign && !observations.needsCookies && { credentials: 'omit' }),
    ...csrf(observations),
    ...fields(observations, isInBody),
    ...user(observations),
    ...(plan.renewHeader && { renewHeader: plan.renewHeader }),
    ...kept(plan.vault),
  }
  return { options: options as VaultOptions, notes: notes(observations, isByCookie, refreshes === true) }
}

function notes(observations: Observations, isByCookie: boolean, refreshes: boolean): string[] {
  const { plan } = observations
  const { grant } = observations.answer('sign-in')
  const all = [
    grant.isDeviseTokenAuth &&
      'The API uses devise_token_auth: see the preset deviseTokenAuth. If a response with a new token is lost, the session is lost, too.',
    isByCookie && 'The API uses a session cookie and no tokens: see the presets railsSession and betterAuth.',
    plan.csrfPage &&
      repeatedCookie(observations, false) &&
      `Before a sign-in, the page has to request the CSRF cookie: await fetch('${urlFor(plan, plan.csrfPage)}', { credentials: 'include' })`,
    plan.isTokenBound &&
      plan.topology !== 'same-origin' &&
      "The token counts only together with a cookie: pass credentials: 'include' to auth.fetch, unless the option csrf has from.",
    grant.oddLifetime &&
      `${grant.oddLifetime} is not a number of seconds, so the option \`fields.expiresIn\` names another field. Fix ${grant.oddLifetime} in the API, then remove the option.`,
    plan.topology === 'cross-site' &&
      observations.needsCookies &&
      'The page and the API are on different sites: serve them on one site (see cookie.third-party).',
    !refreshes &&
      !isByCookie &&
      !plan.renewHeader &&
      "Without a working refresh, sessions end when the access token expires. If later responses bring newer tokens (sliding sessions), add renewHeader: 'Authorization', or the name of their header.",
  ]
  return all.filter((note) => typeof note === 'string')
}

/** The URL as a page writes it. */
const urlFor = ({ topology }: Observations['plan'], { url }: Endpoint) =>
  topology === 'same-origin' ? url.pathname + url.search : url.href

function credential(isDeviseTokenAuth: boolean, isByCookie: boolean): Pick<VaultOptions, 'credential'> {
  if (isByCookie) return { credential: 'cookie' }
  return isDeviseTokenAuth ? { credential: presets.deviseTokenAuth.credential } : {}
}

function hasSignOut(observations: Observations) {
  const status = observations.exchange('sign-out')?.answer?.status
  return status !== undefined && status !== 404 && status !== 405
}

function csrf(observations: Observations): Pick<VaultOptions, 'csrf'> {
  const { csrf, isCsrfOpen, topology } = observations.plan
  const found = foundRule(observations, false)
  if (found) return { csrf: found }
  // Across origins, CORS would have to allow a header that is not needed.
  if (!csrf || (isCsrfOpen && !observations.needsCookies && topology !== 'same-origin'))
    return { csrf: false }
  const isUsual = 'value' in csrf && csrf.header === 'X-Requested-With' && csrf.value === 'tokencell'
  return isUsual ? {} : { csrf }
}

/** The CSRF rule of the refresh, if it differs from the rule of the other endpoints. */
function ownCsrf(observations: Observations, refresh: Endpoint): Pick<Endpoint, 'csrf'> {
  const [own, usual] = [repeatedCookie(observations, true), repeatedCookie(observations, false)]
  const isOwn = own && usual && JSON.stringify(own) !== JSON.stringify(usual)
  return refresh.csrf === undefined && isOwn ? { csrf: own } : {}
}

/** The other statuses with which a refresh was refused. */
function ends(observations: Observations): Pick<Endpoint, 'endsOn'> {
  const usual = observations.plan.endpoints.refresh?.endsOn ?? [400, 401, 403]
  const refused = observations.answered(
    'refresh-bad-cookie',
    'refresh-without-cookie',
    'refresh-after',
    'reuse',
  )
  const others = refused
    .map(({ answer }) => answer.status)
    .filter((status) => isEnd(status) && !usual.includes(status))
  return others.length > 0 ? { endsOn: [...new Set([...usual, ...others])] } : {}
}

function fields(observations: Observations, isInBody: boolean): Pick<VaultOptions, 'fields'> {
  const { grant } = observations.answer('sign-in')
  const access = grant.access.find(({ place }) => place !== 'header')
  // No response has this name, so the lifetime is read from another place.
  const lifetime = grant.oddLifetime === 'expires_in' ? 'no_expires_in' : grant.expiresIn?.place
  const named = [
    ['accessToken', access?.place, [FIELDS.accessToken, CAMEL_CASE]],
    ['expiresIn', lifetime, [FIELDS.expiresIn]],
    ['refreshToken', isInBody ? grant.refresh?.place : undefined, [FIELDS.refreshToken]],
    ['user', grant.user, [FIELDS.user]],
  ] as const
  const unusual = named.filter(([, place, usual]) => place !== undefined && !usual.includes(place))
  const isSeen = (name: string) => named.some(([it, place]) => it === name && place !== undefined)
  const given = Object.entries(observations.plan.vault?.fields ?? {}).filter(([name]) => !isSeen(name))
  const all = [...unusual.map(([name, place]) => [name, place] as const), ...given]
  return all.length > 0 ? { fields: Object.fromEntries(all) } : {}
}

/** The endpoint that doctor has found for the user. By default, the vault takes the member `user`, or the whole body. */
function user(observations: Observations): Pick<VaultOptions, 'user'> {
  const { user } = observations.plan
  if (!user) return {}
  const { pathname, search } = user.endpoint.url
  const path = pathname + search
  const { place = '' } = user
  const ofSignIn = observations.answer('sign-in').grant.user ?? 'user'
  // If there is no member at the place for the sign-in, the vault takes the whole body.
  const isUsual = place === ofSignIn || (place === '' && ofSignIn !== '')
  return { user: isUsual ? path : { path, fields: { user: place } } }
}

/** The options of a vault file that doctor cannot see from outside. */
function kept(vault: VaultOptions = {} as VaultOptions): Partial<VaultOptions> {
  const { check, credentials, exchanges, forgetAfter, idle, name, restoreCookie, user } = vault
  const all = { credentials, check, exchanges, user, restoreCookie, idle, forgetAfter, name }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function endpoint({ method, url, encoding, body, csrf, endsOn }: Endpoint): VaultOptions['signIn'] {
  const path = url.pathname + url.search
  const rest = {
    ...(encoding === 'form' && { encoding }),
    ...(body && Object.keys(body).length > 0 && { body }),
    ...(csrf !== undefined && { csrf }),
    ...(endsOn && { endsOn }),
  }
  if (method === 'POST' && Object.keys(rest).length === 0) return path
  return { ...(method !== 'POST' && { method }), path, ...rest }
}
