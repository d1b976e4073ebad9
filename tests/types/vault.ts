import { openVault } from 'tokencell/vault'

export default openVault({ signIn: '/login' })

/** `csrf` with a token of the API is for all endpoints together; that of one endpoint is fixed, a cookie, or `false`. */
export const withCsrf = openVault({
  signIn: { path: '/login', csrf: { header: 'X-Requested-With', value: 'web' } },
  refresh: { path: '/refresh', csrf: { header: 'X-CSRF-Token', cookie: 'csrf_refresh_token' } },
  signOut: { path: '/logout', csrf: false },
  csrf: { header: 'X-CSRF-Token', from: { endpoint: '/csrf' } },
})

openVault({
  signIn: '/login',
  // @ts-expect-error: the check of the options refuses `from` here
  refresh: { path: '/refresh', csrf: { header: 'X-CSRF-Token', from: { endpoint: '/csrf' } } },
})
