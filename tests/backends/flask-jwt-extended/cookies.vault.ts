import { openVault } from 'tokencell/vault'

export default openVault({
  origins: ['https://api.example.com'],
  credential: 'cookie',
  signIn: '/token/auth',
  refresh: { path: '/token/refresh', csrf: { header: 'X-CSRF-TOKEN', cookie: 'csrf_refresh_token' } },
  signOut: '/token/remove',
  csrf: { header: 'X-CSRF-TOKEN', cookie: 'csrf_access_token' },
})
