import { openVault } from 'tokencell/vault'

export default openVault({
  origins: ['https://api.example.com'],
  signIn: '/dj-rest-auth/login/',
  refresh: '/dj-rest-auth/token/refresh/',
  signOut: '/dj-rest-auth/logout/',
  fields: { accessToken: 'access' },
  csrf: false,
})
