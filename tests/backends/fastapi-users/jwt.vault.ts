import { presets } from 'tokencell/presets'
import { openVault } from 'tokencell/vault'

export default openVault({ ...presets.fastapiUsers, origins: ['https://api.example.com'] })
