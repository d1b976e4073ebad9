export type { VaultOptions } from '../common/vault-options.js'
export type { Vault } from '../protocol/vault.js'
export { openVault } from './open.js'
export type { Endpoint } from './options.js'
