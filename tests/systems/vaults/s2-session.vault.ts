import { presets } from 'tokencell/presets'
import { openVault } from 'tokencell/vault'

export default openVault({
  ...presets.railsSession,
  signIn: '/session',
  signOut: { method: 'DELETE', path: '/session' },
  exchanges: { signUp: '/registration' },
  csrf: { header: 'X-CSRF-Token', from: { meta: 'csrf-token' } },
  idle: { after: 1800 },
})
