export type { Vault } from '../types.js'
export { openVault } from './open.js'
export type { Endpoint, VaultOptions } from './options.js'
