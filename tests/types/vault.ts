import { openVault } from 'tokencell/vault'

export default openVault({ signIn: '/login' })
