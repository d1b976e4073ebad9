import { openVault } from 'tokencell/vault'

export default openVault({
  origins: ['https://api.example.com'],
  signIn: '/dj-rest-auth/login/',
  signOut: '/dj-rest-auth/logout/',
  scheme: 'Token',
  fields: { accessToken: 'key' },
  credentials: 'omit',
  csrf: false,
})
