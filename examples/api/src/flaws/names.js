/** For each flaw: the behaviour of the API. */
const flaws = {
  'cookie-readable': 'the refresh cookie lacks HttpOnly',
  'cookie-insecure': 'it lacks Secure, over TLS too',
  'cookie-without-same-site': 'it lacks SameSite',
  'cookie-same-site-none': 'it has SameSite=None',
  'cookie-same-site-strict': 'it has SameSite=Strict for all pages',
  'cookie-for-subdomains': 'it has a Domain',
  'cookie-for-another-domain': 'it has a Domain that is not that of the API',
  'cookie-path-misses-refresh': 'its Path is that of the sign-in',
  'cookie-path-changes': 'its Path changes after a refresh',
  'cookie-prefix-broken': 'it is called __Host-… and has a Path',
  'cookie-twice': 'it is set twice, with two Paths',
  'cookie-for-ever': 'it lasts ten years',
  'cookie-too-short': 'it lasts one minute',
  'cookie-until-browser-closes': 'it has no Max-Age',

  'cors-any-origin': 'every origin may call with credentials',
  'cors-lookalike-origin': 'origins that begin like an allowed one may call with credentials',
  'cors-null-origin': 'the origin "null" may call with credentials',
  'cors-wildcard': 'Access-Control-Allow-Origin is *',
  'cors-without-credentials': 'Access-Control-Allow-Credentials is missing',
  'cors-without-vary': 'Vary is missing',
  'cors-authorization-hidden': 'the Authorization header of responses is not exposed',
  'cors-retry-after-hidden': 'Retry-After is not exposed',
  'cors-date-hidden': 'Date is not exposed',
  'cors-authorization-refused': 'preflights do not allow Authorization',
  'cors-csrf-header-refused': 'preflights do not allow the CSRF headers',
  'cors-delete-refused': 'preflights do not allow DELETE',
  'cors-preflight-refused': 'preflights get a 401',
  'cors-preflight-uncached': 'preflights have no Access-Control-Max-Age',
  'cors-missing-on-errors': 'responses with 400 and above have no CORS headers',

  'token-long': 'access tokens are valid for 30 days',
  'token-short': 'access tokens are valid for ten seconds',
  'token-endless': 'access tokens have no exp, and responses no expires_in',
  'token-unsigned': 'access tokens have the algorithm "none"',
  'token-large': 'access tokens have more than 7 KB',
  'token-personal-data': 'access tokens contain an e-mail address and a phone number',
  'token-secrets': 'access tokens contain the hash of the password',
  'token-twice': 'access tokens are in the header and in the body',
  'token-without-scheme': 'the Authorization header of responses has no "Bearer"',
  'token-expiry-contradicts': 'expires_in is twice the lifetime in exp',
  'refresh-token-in-body': 'the refresh token is also in the body',
  'clock-wrong': 'Date is ten minutes ahead',
  'issuer-clock-wrong': 'iat and exp are ten minutes ahead of Date',

  'refresh-without-rotation': 'the refresh cookie stays the same',
  'refresh-without-token': 'the response to a refresh has no access token',
  'refresh-by-get': 'GET also refreshes',
  'refresh-refusal-500': 'a refused refresh gets a 500',
  'reuse-undetected': 'a spent refresh token gets another successor',
  'reuse-grace-endless': 'a spent refresh token gets its successor for ever',
  'reuse-family-survives': 'reuse is refused, and revokes nothing',

  'sign-in-200-on-failure': 'wrong credentials get a 200',
  'sign-in-huge': 'the response to a sign-in has two megabytes',
  'sign-out-keeps-session': 'the refresh token works after the sign-out',
  'sign-out-keeps-access': 'the access token works after the sign-out',
  'sign-out-keeps-cookie': 'the refresh cookie is not cleared',

  'csrf-sign-in-open': 'a form on another site can sign in',
  'csrf-refresh-open': 'a form on another site can refresh',
  'csrf-sign-out-open': 'a form on another site can sign out',
  'csrf-header-optional': 'no endpoint requires X-Requested-With',
  'csrf-origin-ignored': 'a foreign Origin is not refused',

  'cached-tokens': 'responses with tokens have no Cache-Control',
  'redirect-instead-of-401': 'requests without a token are redirected to a sign-in page',
  'redirect-for-any-accept':
    'requests without a token that accept anything, as fetch does by default, are redirected to a sign-in page',
  'no-www-authenticate': 'responses with 401 have no WWW-Authenticate',
  'cookie-is-enough': 'resources accept the refresh cookie instead of a token',
}

/** The names of all flaws. */
export const flawNames = Object.keys(flaws)

/** Whether a flaw is enabled. @param {{ flaws: string[] }} settings @param {string} name */
export const has = (settings, name) => settings.flaws.includes(name)
