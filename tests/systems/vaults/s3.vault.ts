import { presets } from 'tokencell/presets'
import { openVault } from 'tokencell/vault'

export default openVault({
  ...presets.refreshCookie,
  signIn: '/api/auth/login',
  refresh: '/api/auth/refresh',
  signOut: '/api/auth/logout',
  exchanges: { signUp: '/api/auth/register' },
  user: '/api/auth/me',
})
