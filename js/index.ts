export { createAuth } from './client.js'
export { AuthError, type AuthErrorCode, isAuthError } from './errors.js'
export type { Auth, AuthEvent, Claims, Placement, Snapshot, Vault } from './types.js'
