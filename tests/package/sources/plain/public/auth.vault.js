// Import maps do not apply in workers, so the package is imported by its URL.
import { openVault } from './tokencell/vault/index.js'

export default openVault({
  // The tests use the vault in a page, too.
  page: true,
  origins: ['http://localhost:8787'],
  signIn: '/api/v1/login',
  refresh: '/api/v1/refresh',
  signOut: { method: 'DELETE', path: '/api/v1/logout' },
})
