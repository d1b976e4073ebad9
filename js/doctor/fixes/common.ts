/** Fixes that are the same for every framework. */
export const common = {
  'cookie.access-token': 'Take that cookie out: the token belongs in the answer alone.',
  'cookie.third-party':
    'Serve the API on a subdomain of the site, or under its /api: api.example.com for app.example.com.',
  'cookie.changes': 'Set it in one function, with the same path and domain, for all answers.',
  'cookie.twice': 'Set it in one place.',
  'token.large': 'Keep ids in it, and look the rest up: sub and role will do.',
  'token.expires-in': 'Say it in seconds, as a number: "expires_in": 900 (RFC 6749 §5.1).',
  'refresh.accepted':
    'Make the token of a refresh in the function that makes that of a sign-in: same key, same claims.',
  'sign-out.expired':
    'End the session that the refresh token belongs to, whatever the access token is; else answer 401, and the client refreshes.',
  'csrf.page': `cookies['CSRF-TOKEN'] = form_authenticity_token # Rails, in an after_action; likewise elsewhere, without HttpOnly
csrf: { header: 'X-CSRF-Token', cookie: 'CSRF-TOKEN' } // auth.vault.ts`,
  clock: 'timedatectl set-ntp true # on the server: no code mends this',
  'transport.answers': 'See its log for these requests.',
  'options.work':
    'Mend what is named above first. If nothing is, name the endpoints, or give doctor your own options with --vault.',
}
