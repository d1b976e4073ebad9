import { openVault } from 'tokencell/vault'

export default openVault({
  signIn: '/api/v1/login',
  refresh: '/api/v1/refresh',
  signOut: { method: 'DELETE', path: '/api/v1/logout' },
})
