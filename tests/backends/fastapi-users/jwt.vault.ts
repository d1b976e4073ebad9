import { openVault } from 'tokencell/vault'

export default openVault({
  origins: ['https://api.example.com'],
  signIn: { path: '/auth/jwt/login', encoding: 'form' },
  signOut: '/auth/jwt/logout',
  credentials: 'omit',
  csrf: false,
})
