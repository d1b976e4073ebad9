import type { AuthError, AuthErrorCode } from './errors.js'

/**
 * The types of your application. Declare them once; every adapter uses them.
 *
 * @example
 * declare module 'tokencell' {
 *   interface Register { user: User; role: 'admin' | 'editor' }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be augmented
export interface Register {}

/**
 * The user of {@link Register}: the user that the API sends with a sign-in and a refresh. If the API does not always send
 * one, register `User | null`.
 */
export type RegisteredUser = Register extends { user: infer User } ? User : unknown

/** A user as pages get it. The object itself is frozen; nested objects are not. */
type Frozen<User> = unknown extends User ? User : Readonly<User>

/** A role of {@link Register}. */
export type Role = Register extends { role: infer Name extends string } ? Name : string

/** The claims of a JWT access token: a hint for display, never authorisation. Only the API authorises. */
export type Claims = Readonly<Record<string, unknown>>

/** Why there is no session. */
export type Reason =
  /** The session could not be restored, or its token expired and the API has no refresh. */
  | 'expired'
  /** The user did nothing for longer than the option `idle` allows. */
  | 'idle'
  /** No user has signed in here. */
  | 'never'
  /** Another account signed in elsewhere, and this tab could not follow. */
  | 'replaced'
  /** The server refused to refresh the session. */
  | 'revoked'
  /** The user signed out, here or in another tab. */
  | 'signed-out'

/** Why the session is not known yet. The client repeats the request until it is known. */
export type SessionFailure =
  /** The response of the server does not fit the configuration. For example, it is HTML or has no token. */
  | 'malformed'
  /**
   * The server did not answer within 10 s, or it answered with a status that does not show whether there is a session, such
   * as 404 or 503.
   */
  | 'unreachable'

/**
 * What a page may know about the session (promise 1). It is frozen, and every change creates a new one. It never contains a
 * token.
 */
export type Snapshot<User = RegisteredUser> = Absent | Present<User>

/** A snapshot with the flag `isAuthenticated`, as the composables and hooks of the adapters return it. */
export type FlaggedSnapshot<User = RegisteredUser> =
  | (Absent & { readonly isAuthenticated: false })
  | (Present<User> & { readonly isAuthenticated: true })

/** No user is signed in, or the session is not known yet. */
type Absent = Readonly<
  | (Nobody & {
      status: 'loading'
      reason: null
      /** Why the session is not known yet; `null` until the first attempt to restore it has failed. */
      failure: SessionFailure | null
      serverReason?: undefined
    })
  | (Nobody & {
      status: 'unauthenticated'
      reason: Reason
      failure: null
      /**
       * With `revoked` or `expired`: the reason that the API sent (`fields.reason`), if any; for example
       * `'ended_by_admin'`.
       */
      serverReason?: string | undefined
    })
>

/** A user is signed in. */
type Present<User> = Readonly<{
  status: 'authenticated'
  reason: null
  failure: null
  serverReason?: undefined
  /** What the API sent as the user at sign-in or refresh; `null` if it has sent none. */
  user: Frozen<User>
  /** `null` for opaque tokens. */
  claims: Claims | null
  /** In milliseconds since the epoch, by this machine's clock; `null` if the token has no expiry time. */
  expiresAt: number | null
  /**
   * When the next refresh is due. In milliseconds since the epoch, by this machine's clock; `null` if none is scheduled.
   */
  refreshAt: number | null
  /**
   * Whether the claims are newer than the user: the last refresh brought a token and no user. Roles are then read from the
   * claims first.
   */
  claimsAreNewer: boolean
  /**
   * When the session ends; a refresh does not extend it. In milliseconds since the epoch; `null` if the API does not say
   * it (`fields.endsAt`).
   */
  endsAt: number | null
  /** The warning of the option `idle`: the session ends at `endsAt` unless the user does something. `null` before that. */
  idle: { readonly endsAt: number } | null
}>

interface Nobody {
  user: null
  claims: null
  expiresAt: null
  refreshAt: null
  claimsAreNewer: false
  endsAt: null
  idle: null
}

/** An event for logs. Redacted: it contains no token, no body and no query string. */
export type AuthEvent = SessionEvent | RequestEvent

export type SessionEvent =
  | { type: 'signed-in' }
  | { type: 'ended'; reason: Reason }
  /** The server of `createBffAuth` has received the sign-out, from this tab or another. */
  | { type: 'signed-out' }
  | { type: 'refresh-started'; trigger: 'check' | 'due' | 'expired' | 'rejected' | 'requested' | 'restore' }
  | { type: 'refreshed'; generation: number }
  | {
      type: 'refresh-failed'
      failure: 'malformed' | 'refused' | 'unreachable'
      /**
       * What is wrong with the response: the code with which `ready` rejects, such as `status-unexpected` for a 404;
       * `null` for a refusal.
       */
      code: AuthErrorCode | null
      retryAt: number | null
    }
  /**
   * The API has not confirmed a sign-out. The sign-out is retried at `retryAt`, in milliseconds since the epoch. `retryAt`
   * is `null` if there is no retry: no token is left that the API would accept, or the API does not understand the request
   * (for example 400, 405 or 422).
   */
  | { type: 'sign-out-pending'; retryAt: number | null }
  /**
   * The endpoint `user` brought no user. The session continues with `user: null`. `status` is `null` if there was no
   * response.
   */
  | { type: 'user-failed'; status: number | null }
  /**
   * The API wants a stronger or a newer sign-in for this request (RFC 9470). The caller gets the response, and the token is
   * not refreshed. `acrValues` and `maxAge` (in seconds) are what the API asks for.
   */
  | { type: 'step-up-required'; url: string; acrValues: string | null; maxAge: number | null }
  /** The user has done nothing for a while. The session ends at `endsAt` unless the user does something. */
  | { type: 'idle-warning'; endsAt: number }
  /** The vault did not start; `error` is the reason. The next call starts it again. */
  | { type: 'vault-failed'; error: AuthError }

export interface RequestEvent {
  type: 'request'
  /** How the request was sent: at once, after a wait for a token, a second time after a 401, … */
  via: 'anonymous' | 'direct' | 'not-replayed' | 'retried' | 'waited'
  method: string
  url: string
  /** `null` if there was no response. */
  status: number | null
  millis: number
  /** `true` if this page made the request, `false` if another page of the same vault did. */
  here: boolean
}

export interface SignInOptions {
  /**
   * The name of the exchange in the option `exchanges`.
   * @default the endpoint `signIn`
   */
  by?: string
  /**
   * Whether the session may last longer than the browser. It only sets the cookie of `tokencell/server`; a cookie of the API
   * lasts as long as the API decides.
   * @default true
   */
  remember?: boolean
}

/** The result of a sign-in. `body` is the response body of the API, with every token removed. */
export type SignInResult =
  | { status: 'signed-in'; body: unknown }
  /**
   * The API has accepted the request but sent no token, because another step is needed: a second factor, a confirmation by
   * mail, a captcha. The session has not changed.
   */
  | { status: 'pending'; body: unknown }

/** The body of a sign-in. An object is sent as JSON; anything else is sent as `fetch` would send it. */
export type Credentials = Readonly<Record<string, unknown>> | FormData | URLSearchParams | string

/** The session of this page. */
export interface Auth<User = RegisteredUser> {
  /**
   * Resolves when the first status is known. If the status is already known, it resolves at once.
   *
   * Rejects with {@link AuthError} `unreachable` if that takes longer than 22 s. If the response of the refresh endpoint
   * has no token, it rejects at once with a code that names the cause (`token-missing`, `status-unexpected`, …). After a
   * rejection the status is still `loading`, and the next `ready` waits again.
   */
  readonly ready: Promise<Snapshot<User>>
  /** The current state of the session. */
  readonly snapshot: Snapshot<User>
  /**
   * Calls the listener after every change of the snapshot.
   *
   * @returns a function that removes the listener
   */
  subscribe(listener: (snapshot: Snapshot<User>) => void): () => void
  /**
   * Calls the listener for every {@link AuthEvent}.
   *
   * @returns a function that removes the listener
   */
  onEvent(listener: (event: AuthEvent) => void): () => void
  /**
   * `fetch`, with the access token on requests to the configured origins (promises 12-14).
   *
   * Rejects as `fetch` does. It also rejects with {@link AuthError} `unreachable`, `signed-out`, `replaced` or
   * `session-ended` if the request could not be sent for the user who made it.
   */
  readonly fetch: typeof fetch
  /**
   * Signs in, or begins a session by another exchange (`by`); the vault sends the request.
   *
   * Rejects with {@link AuthError} `refused` (with `status` and `body`), `unreachable` (with `retryAfter` if the API asked
   * for a pause), or a code that names the fault in the token response.
   */
  signIn(credentials: Credentials, options?: SignInOptions): Promise<SignInResult>
  /**
   * Signs out in this tab and in every other tab, at once and even offline. Resolves when the sign-out request to the
   * server has succeeded or failed.
   */
  signOut(): Promise<void>
  /**
   * Refreshes the token now, once for all callers. Resolves with the new snapshot. A refresh with a body, for example to
   * change the tenant, has its own request; if the API refuses it, the session goes on.
   *
   * Rejects with {@link AuthError} `session-ended` if there is no session, `refused` if the API refuses this body, and
   * `unreachable` if there is no new token after 22 s.
   */
  refresh(body?: Readonly<Record<string, unknown>>): Promise<Snapshot<User>>
  /**
   * Asks the API whether there is a session, even if this browser remembers none: after a redirect of OAuth or of a magic link,
   * or after a sign-in on a page of the server. Resolves and rejects as `ready` does.
   */
  restore(): Promise<Snapshot<User>>
  /**
   * Asks the endpoint `user` again. Resolves with the new snapshot. If the endpoint brings no user, the previous one stays.
   */
  reloadUser(): Promise<Snapshot<User>>
  /** Restarts the time of the option `idle`, as a request does. */
  stay(): Promise<void>
  /**
   * Asks this endpoint of the API (POST, with the token) for a short-lived ticket that can be used once, for a WebSocket for
   * example. Resolves with the member `ticket` of the response, or with its text.
   *
   * Rejects with {@link AuthError} `refused` (with `status` and `body`) or `body-malformed`, and as `fetch` does.
   */
  ticket(path: string): Promise<string>
  /** Disconnects from the vault. The session continues. Open calls reject with {@link AuthError} `closed`. */
  dispose(): void
}
