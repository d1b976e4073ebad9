import { openVault } from 'tokencell/vault'

export default openVault({
  origins: ['https://api.example.com'],
  signIn: '/login',
  // The server answers 422 to an unreadable token. All tokens are unreadable after a change of its secret.
  refresh: { path: '/refresh', endsOn: [400, 401, 403, 422] },
  signOut: { method: 'DELETE', path: '/logout' },
  refreshToken: { header: 'Authorization' },
  credentials: 'omit',
  csrf: false,
})
