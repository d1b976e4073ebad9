import { unpackInline } from './inline.js'
import { setWasmFallback } from './load.js'
import { openVault as open } from './open.js'

export type { VaultOptions } from '../common/vault-options.js'
export type { Vault } from '../protocol/vault.js'
export type { Endpoint } from './options.js'

/** {@inheritDoc open} */
export const openVault: typeof open = (options) => {
  setWasmFallback(unpackInline)
  return open(options)
}
