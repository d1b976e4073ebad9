export type { Vault } from '../protocol/vault.js'
export { openVault } from './open.js'
export type { Endpoint, VaultOptions } from './options.js'
