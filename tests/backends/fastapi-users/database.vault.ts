import { openVault } from 'tokencell/vault'

export default openVault({
  origins: ['https://api.example.com'],
  signIn: { path: '/auth/db/login', encoding: 'form' },
  signOut: '/auth/db/logout',
  credentials: 'omit',
  csrf: false,
})
