import { presets } from 'tokencell/presets'
import { openVault } from 'tokencell/vault'

export default openVault({ ...presets.djRestAuth, origins: ['https://api.example.com'] })
