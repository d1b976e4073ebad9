import { openVault } from 'tokencell/vault'

export default openVault({
  origins: ['https://api.example.com'],
  credential: 'cookie',
  signIn: { path: '/auth/cookie/login', encoding: 'form' },
  refresh: { method: 'GET', path: '/users/me' },
  signOut: '/auth/cookie/logout',
  fields: { user: '' },
  csrf: false,
})
