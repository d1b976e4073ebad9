import { AuthError, type AuthErrorCode, type AuthErrorDetail, isAuthError } from '../common/errors.js'

/** An error as plain data. Not every engine can clone an error, and no engine keeps the class of an `AuthError`. */
export interface PackedError extends Omit<AuthErrorDetail, 'cause'> {
  kind: 'auth' | 'dom' | 'type' | 'other'
  name: string
  message: string
}

export function packError(error: unknown): PackedError {
  const { name, message } = error instanceof Object ? (error as Error) : new Error(String(error))
  if (isAuthError(error)) {
    const { code, option, directive, status, body, retryAfter } = error
    return { kind: 'auth', name: code, message, option, directive, status, body, retryAfter }
  }
  const kind = error instanceof DOMException ? 'dom' : error instanceof TypeError ? 'type' : 'other'
  return { kind, name, message }
}

/** Creates the same error in this realm: an `AuthError` with its code, a `TypeError` of `fetch`, a `DOMException`. */
export function unpackError({ kind, name, message, ...detail }: PackedError): unknown {
  switch (kind) {
    case 'auth':
      return new AuthError(name as AuthErrorCode, message, detail)
    case 'dom':
      return new DOMException(message, name)
    case 'type':
      return new TypeError(message)
    default:
      return new Error(message)
  }
}
