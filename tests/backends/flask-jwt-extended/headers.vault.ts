import { openVault } from 'tokencell/vault'

export default openVault({
  origins: ['https://api.example.com'],
  signIn: '/login',
  // It answers 422 to a token that it cannot read, as all are after its secret has changed.
  refresh: { path: '/refresh', endsOn: [400, 401, 403, 422] },
  signOut: { method: 'DELETE', path: '/logout' },
  refreshToken: { header: 'Authorization' },
  credentials: 'omit',
  csrf: false,
})
