import { openVault } from 'tokencell/vault'

export default openVault({
  origins: ['https://api.example.com'],
  credential: 'cookie',
  signIn: '/api/auth/sign-in/email',
  refresh: { method: 'GET', path: '/api/auth/get-session' },
  signOut: '/api/auth/sign-out',
  csrf: false,
})
