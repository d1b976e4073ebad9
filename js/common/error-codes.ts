/**
 * The code of an error. Codes are stable; minor versions may add new ones. Each part of the package contains the messages
 * of its codes.
 */
export type AuthErrorCode =
  // Pages and vaults.
  | 'closed'
  | 'not-in-browser'
  | 'policy-refused'
  | 'vault-mismatch'
  // Errors that end a call.
  | 'replaced'
  | 'session-ended'
  | 'signed-out'
  | 'unreachable'
  // Configuration, and token responses of an API.
  | 'body-malformed'
  | 'claims-malformed'
  | 'endpoint-malformed'
  | 'endpoint-missing'
  | 'endpoint-outside-origins'
  | 'lifetime-invalid'
  | 'option-invalid'
  | 'origin-insecure'
  | 'origin-malformed'
  | 'refused'
  | 'redirected'
  | 'status-unexpected'
  | 'token-malformed'
  | 'token-missing'
  | 'token-too-large'
  // Raised by a page.
  | 'placement-missing'
  | 'vault-lost'
  | 'vault-script'
  | 'vault-silent'
  // Raised by a vault.
  | 'cors-refused'
  | 'csrf-unreadable'
  | 'origins-missing'
  | 'refresh-unusable'
  | 'vault-failed'
  | 'vault-in-page'
  | 'vault-reconfigured'
  // Raised by `tokencell/server`.
  | 'body-parsed'
  | 'body-too-large'
  | 'endpoint-of-session'
  | 'csrf-refused'
  | 'not-proxied'
  | 'redirect-not-listed'
  | 'secret-weak'
  | 'status-unknown'
  | 'session-too-large'
  // Raised by an adapter.
  | 'mode-missing'
  | 'page-missing'
  | 'plugin-missing'
  | 'provider-missing'
  | 'shared-answer'
  // Raised by the client of `tokencell/server`.
  | 'cookie-dropped'
