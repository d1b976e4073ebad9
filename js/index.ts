export { type AuthOptions, createAuth } from './client/create-auth.js'
export type { Placement } from './client/placement.js'
export { AuthError, type AuthErrorCode, isAuthError } from './common/errors.js'
export type {
  Auth,
  AuthEvent,
  Claims,
  Credentials,
  Reason,
  Register,
  RegisteredUser,
  Role,
  SessionFailure,
  SignInOptions,
  SignInResult,
  Snapshot,
} from './common/types.js'
export type { Vault } from './protocol/vault.js'
