import { openVault } from 'tokencell/vault'
import { api } from './api'

export default openVault({
  origins: [api],
  signIn: '/api/v1/login',
  refresh: '/api/v1/refresh',
  signOut: { method: 'DELETE', path: '/api/v1/logout' },
})
