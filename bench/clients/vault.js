import { openVault } from 'tokencell/vault'

export default openVault({ page: true, signIn: '/login', refresh: '/refresh' })
