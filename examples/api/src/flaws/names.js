/** Per flaw: what the API does. */
const flaws = {
  'cookie-readable': 'the refresh cookie lacks HttpOnly',
  'cookie-insecure': 'it lacks Secure, over TLS too',
  'cookie-without-same-site': 'it lacks SameSite',
  'cookie-same-site-none': 'it has SameSite=None',
  'cookie-same-site-strict': 'it has SameSite=Strict, whatever the page',
  'cookie-for-subdomains': 'it has a Domain',
  'cookie-for-another-domain': 'it has a Domain that is not that of the API',
  'cookie-path-misses-refresh': 'its Path is that of the sign-in',
  'cookie-path-changes': 'its Path is another one after a refresh',
  'cookie-prefix-broken': 'it is called __Host-… and has a Path',
  'cookie-twice': 'it is set twice, with two Paths',
  'cookie-for-ever': 'it lasts ten years',
  'cookie-too-short': 'it lasts one minute',
  'cookie-until-browser-closes': 'it has no Max-Age',

  'cors-any-origin': 'every origin may call with credentials',
  'cors-lookalike-origin': 'so may origins that begin like an allowed one',
  'cors-null-origin': 'so may the origin "null"',
  'cors-wildcard': 'Access-Control-Allow-Origin is *',
  'cors-without-credentials': 'Access-Control-Allow-Credentials is missing',
  'cors-without-vary': 'Vary is missing',
  'cors-authorization-hidden': 'the Authorization header of answers is not exposed',
  'cors-retry-after-hidden': 'Retry-After is not exposed',
  'cors-date-hidden': 'Date is not exposed',
  'cors-authorization-refused': 'preflights do not allow Authorization',
  'cors-csrf-header-refused': 'preflights do not allow the CSRF headers',
  'cors-delete-refused': 'preflights do not allow DELETE',
  'cors-preflight-refused': 'preflights are answered with 401',
  'cors-preflight-uncached': 'preflights have no Access-Control-Max-Age',
  'cors-missing-on-errors': 'answers of 400 and above have no CORS headers',

  'token-long': 'access tokens live for 30 days',
  'token-short': 'access tokens live for ten seconds',
  'token-endless': 'access tokens have no exp, answers no expires_in',
  'token-unsigned': 'access tokens have the algorithm "none"',
  'token-large': 'access tokens have more than 7 KB',
  'token-personal-data': 'access tokens hold an e-mail address and a phone number',
  'token-secrets': 'access tokens hold the hash of the password',
  'token-twice': 'they come in the header and in the body',
  'token-without-scheme': 'the Authorization header of answers has no "Bearer"',
  'token-expiry-contradicts': 'expires_in is twice what exp says',
  'refresh-token-in-body': 'the refresh token is in the body too',
  'clock-wrong': 'Date is ten minutes ahead',
  'issuer-clock-wrong': 'iat and exp are ten minutes ahead of Date',

  'refresh-without-rotation': 'the refresh cookie stays the same',
  'refresh-without-token': 'a refresh answers without an access token',
  'refresh-by-get': 'GET refreshes too',
  'refresh-refusal-500': 'a refused refresh is answered with 500',
  'reuse-undetected': 'a spent refresh token gets yet another successor',
  'reuse-grace-endless': 'a spent refresh token gets its successor for ever',
  'reuse-family-survives': 'reuse is refused, and revokes nothing',

  'sign-in-200-on-failure': 'wrong credentials are answered with 200',
  'sign-in-huge': 'the answer to a sign-in has two megabytes',
  'sign-out-keeps-session': 'the refresh token works after signing out',
  'sign-out-keeps-access': 'the access token works after signing out',
  'sign-out-keeps-cookie': 'the refresh cookie is not cleared',

  'csrf-sign-in-open': 'signing in works from a form of another site',
  'csrf-refresh-open': 'so does refreshing',
  'csrf-sign-out-open': 'so does signing out',
  'csrf-header-optional': 'nothing wants X-Requested-With',
  'csrf-origin-ignored': 'a foreign Origin is not refused',

  'cached-tokens': 'answers with tokens have no Cache-Control',
  'redirect-instead-of-401': 'who has no token is redirected to a sign-in page',
  'redirect-for-any-accept': 'so is who accepts anything, as fetch does by default',
  'no-www-authenticate': '401 comes without WWW-Authenticate',
  'cookie-is-enough': 'resources take the refresh cookie in place of a token',
}

/** The names of all flaws. */
export const flawNames = Object.keys(flaws)

/** Which of them are ordered. @param {{ flaws: string[] }} settings @param {string} name */
export const has = (settings, name) => settings.flaws.includes(name)
