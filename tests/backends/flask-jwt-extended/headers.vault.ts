import { openVault } from 'tokencell/vault'

export default openVault({
  origins: ['https://api.example.com'],
  signIn: '/login',
  refresh: '/refresh',
  signOut: { method: 'DELETE', path: '/logout' },
  refreshToken: { header: 'Authorization' },
  credentials: 'omit',
  csrf: false,
})
