/** How long a call waits for the server before it fails with `unreachable`. In milliseconds. */
export const CALL_TIMEOUT = 22_000

/**
 * The same limit for a sign-in or a sign-out, and for the wait for its lock. It is longer because the server waits for the
 * API during these requests.
 */
export const EXCHANGE_TIMEOUT = 45_000
