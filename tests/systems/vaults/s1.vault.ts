import { presets } from 'tokencell/presets'
import { openVault } from 'tokencell/vault'

export default openVault({
  ...presets.deviseJwt,
  origins: ['https://api.example.com'],
  signIn: '/api/v1/login',
  signOut: { method: 'DELETE', path: '/api/v1/logout' },
  exchanges: { signUp: '/api/v1/signup' },
  fields: { user: 'data' },
})
