/** Fixes that are the same for every framework. */
export const common = {
  'cookie.access-token': 'Remove that cookie: return the token only in the response.',
  'cookie.third-party':
    'Serve the API on a subdomain of the same site, for example api.example.com for app.example.com, or under /api of the page.',
  'cookie.changes': 'Set the cookie in one function, with the same path and domain for all responses.',
  'cookie.twice': 'Set the cookie in one place.',
  'token.large': 'Store only ids in the token, for example sub and role, and look up the rest.',
  'token.expires-in': 'Return the lifetime in seconds, as a number: "expires_in": 900 (RFC 6749 §5.1).',
  'refresh.accepted':
    'Create the access token of a refresh in the same function as that of a sign-in, with the same key and claims.',
  'sign-out.expired':
    'End the session of the refresh token, even if the access token has expired. If this is not possible, respond with 401: the client then refreshes and sends the sign-out again.',
  'csrf.page': `cookies['CSRF-TOKEN'] = form_authenticity_token # Rails, in an after_action; in other frameworks, set such a cookie without HttpOnly
csrf: { header: 'X-CSRF-Token', cookie: 'CSRF-TOKEN' } // auth.vault.ts`,
  clock: 'timedatectl set-ntp true # on the server; code cannot fix this',
  'user.endpoint': `Return the user in the responses to the sign-in and to the refresh: { access_token, expires_in, user }
user: '/me' // auth.vault.ts: or let the vault ask the endpoint that returns the user`,
  'transport.answers': 'Read the log of the API for these requests.',
  'options.work':
    'Fix the errors above first. If there are none, name the endpoints, or pass your own options with --vault.',
}
