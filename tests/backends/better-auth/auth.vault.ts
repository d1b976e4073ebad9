import { presets } from 'tokencell/presets'
import { openVault } from 'tokencell/vault'

export default openVault({ ...presets.betterAuth, origins: ['https://api.example.com'] })
