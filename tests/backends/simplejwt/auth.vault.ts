import { openVault } from 'tokencell/vault'

export default openVault({
  origins: ['https://api.example.com'],
  signIn: '/api/token/',
  refresh: '/api/token/refresh/',
  signOut: '/api/token/blacklist/',
  refreshToken: 'body',
  fields: { accessToken: 'access', refreshToken: 'refresh' },
  credentials: 'omit',
  csrf: false,
})
