import { openVault } from 'tokencell/vault'

export default openVault({
  signIn: '/users/sign_in',
  signOut: { method: 'DELETE', path: '/users/sign_out' },
  exchanges: { signUp: '/users' },
  user: '/users/current',
  fields: { accessToken: 'token' },
  csrf: { header: 'X-CSRF-Token', from: { field: 'csrf_token' } },
  renewHeader: 'Authorization',
})
