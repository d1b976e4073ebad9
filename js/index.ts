export { type AuthOptions, createAuth } from './client.js'
export { AuthError, type AuthErrorCode, isAuthError } from './errors.js'
export type {
  Auth,
  AuthEvent,
  Claims,
  Credentials,
  Placement,
  Reason,
  Register,
  RegisteredUser,
  Role,
  SessionFailure,
  Snapshot,
  Vault,
} from './types.js'
