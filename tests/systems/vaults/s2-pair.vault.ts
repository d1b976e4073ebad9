import { presets } from 'tokencell/presets'
import { openVault } from 'tokencell/vault'

export default openVault({
  ...presets.bodyPair,
  // 404: the user is gone.
  refresh: { path: '/refresh', endsOn: [401, 404] },
  exchanges: { signUp: '/signup' },
})
