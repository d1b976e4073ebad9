// Import maps do not reach into workers, so the package goes by its URL here.
import { openVault } from './tokencell/vault/index.js'

export default openVault({
  origins: ['http://localhost:8787'],
  signIn: '/api/v1/login',
  refresh: '/api/v1/refresh',
  signOut: { method: 'DELETE', path: '/api/v1/logout' },
})
