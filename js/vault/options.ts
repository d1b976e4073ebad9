import {
  completeEndpoint,
  type Endpoint,
  type RefreshOptions,
  refreshMember,
  tokenPaths,
  userEndpoint,
} from '../common/endpoint.js'
import { FIELDS } from '../common/fields.js'
import { checkOptions, KINDS } from '../common/option-checks.js'
import { ownCopy } from '../common/own-property.js'
import type { VaultOptions } from '../common/vault-options.js'

export type { Endpoint, EndpointOptions, Fields, RefreshOptions } from '../common/endpoint.js'

/**
 * Checks the options and fills in the defaults. The core checks the origins and URLs.
 *
 * @throws AuthError `option-invalid` that names the option, its value and the allowed values
 */
export function resolveOptions(given: VaultOptions) {
  const options = ownCopy(given)
  checkOptions(options, KINDS)
  const { check, refreshToken, credential = 'bearer' } = options
  const headerOf =
    typeof refreshToken === 'object' && 'header' in refreshToken ? refreshToken.header : undefined
  const endpoint = (given: Endpoint | RefreshOptions | undefined) =>
    given === undefined ? undefined : completeEndpoint(given, options)
  const endpoints = {
    signIn: endpoint(options.signIn),
    refresh: endpoint(options.refresh),
    signOut: endpoint(options.signOut),
  }
  // Only the response to a sign-in has a challenge: no credential is sent with its request, which the API could repeat.
  if (endpoints.refresh) endpoints.refresh.fields.challenge = FIELDS.challenge
  const exchanges = Object.values(options.exchanges ?? {}).map((given) => completeEndpoint(given, options))
  return ownCopy({
    ...endpoints,
    exchanges,
    user: options.user === undefined ? undefined : userEndpoint(options.user, options),
    restoreCookie: options.restoreCookie,
    idle: options.idle,
    renewHeader: options.renewHeader?.toLowerCase(),
    name: options.name ?? 'tokencell',
    forgetAfter: options.forgetAfter ?? 60,
    origins: options.origins ?? [location.origin],
    check: check && { path: check, method: 'GET' },
    refreshToken: typeof refreshToken === 'object' ? 'body' : (refreshToken ?? 'cookie'),
    refreshHeader: headerOf,
    refreshMember: refreshMember(refreshToken, options.fields),
    // "bearer", "cookie", or the names of headers, separated by commas.
    credential: typeof credential === 'object' ? credential.headers.join().toLowerCase() : credential,
    scheme: options.scheme ?? 'Bearer',
    // For the requests of the page; endpoints have their own `csrf`.
    csrf: options.csrf ?? { header: 'X-Requested-With', value: 'tokencell' },
    reason: options.fields?.reason ?? FIELDS.reason,
    tokenPaths: tokenPaths([...Object.values(endpoints), ...exchanges]),
  })
}
