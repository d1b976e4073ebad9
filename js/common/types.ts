import type { AuthError, AuthErrorCode } from './errors.js'

/**
 * What your application says of itself, once and for every adapter:
 *
 * @example
 * declare module 'tokencell' {
 *   interface Register { user: User; role: 'admin' | 'editor' }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be augmented
export interface Register {}

/**
 * The user of {@link Register}: what the API sends with a sign-in and a refresh. If it does not send one every time, that is
 * `User | null`.
 */
export type RegisteredUser = Register extends { user: infer User } ? User : unknown

/** A user as pages get it: frozen, though what is inside of it is not. */
type Frozen<User> = unknown extends User ? User : Readonly<User>

/** A role of {@link Register}. */
export type Role = Register extends { role: infer Name extends string } ? Name : string

/** The claims of a JWT access token: a hint for display, never authorisation. Only the API authorises. */
export type Claims = Readonly<Record<string, unknown>>

/** Why there is no session. */
export type Reason =
  /** It could not be restored, or its token ran out and the API has no refresh. */
  | 'expired'
  /** No user has signed in here. */
  | 'never'
  /** Another account signed in elsewhere, and this tab could not follow. */
  | 'replaced'
  /** The server refused to refresh it. */
  | 'revoked'
  /** The user signed out, here or in another tab. */
  | 'signed-out'

/** Why the session is not known yet. The client keeps asking until it is. */
export type SessionFailure =
  /** The server answered, but not with what its configuration promises: HTML, for example, or no token. */
  | 'malformed'
  /** The server did not answer within 10 s, or with a status that decides nothing, such as 404 or 503. */
  | 'unreachable'

/** What a page may know of the session (promise 1). Frozen; a new one for every change. Never holds a token. */
export type Snapshot<User = RegisteredUser> = Absent | Present<User>

/** A snapshot that says in one word whether there is a user, as the composables and hooks of frameworks show it. */
export type FlaggedSnapshot<User = RegisteredUser> =
  | (Absent & { readonly isAuthenticated: false })
  | (Present<User> & { readonly isAuthenticated: true })

/** No user is signed in, or the session is not known yet. */
type Absent = Readonly<
  | (Nobody & {
      status: 'loading'
      reason: null
      /** Why the session could not be found out yet; `null` before the first attempt to restore it has failed. */
      failure: SessionFailure | null
      cause?: undefined
    })
  | (Nobody & {
      status: 'unauthenticated'
      reason: Reason
      failure: null
      /** With `revoked` or `expired`, the API's own word for it, if it gave one (`fields.reason`): `'ended_by_admin'`. */
      cause?: string | undefined
    })
>

/** A user is signed in. */
type Present<User> = Readonly<{
  status: 'authenticated'
  reason: null
  failure: null
  cause?: undefined
  /** What the API sent as the user at sign-in or refresh; `null` if it has sent none. */
  user: Frozen<User>
  /** `null` for opaque tokens. */
  claims: Claims | null
  /** In milliseconds since the epoch, by this machine's clock; `null` when the token does not say. */
  expiresAt: number | null
  /** When the next refresh is due, likewise. */
  refreshAt: number | null
}>

interface Nobody {
  user: null
  claims: null
  expiresAt: null
  refreshAt: null
}

/** Something worth a line in a log. Redacted: no token, no body, no query string. */
export type AuthEvent = SessionEvent | RequestEvent

export type SessionEvent =
  | { type: 'signed-in' }
  | { type: 'ended'; reason: Reason }
  /** The server of `createBffAuth` knows that the user has signed out, in this tab or another. */
  | { type: 'signed-out' }
  | { type: 'refresh-started'; cause: 'check' | 'due' | 'expired' | 'rejected' | 'restore' }
  | { type: 'refreshed'; generation: number }
  | {
      type: 'refresh-failed'
      trouble: 'malformed' | 'refused' | 'unreachable'
      /** What is wrong with the answer, as `ready` says it: `status-unexpected` for a 404; `null` for a refusal. */
      code: AuthErrorCode | null
      retryAt: number | null
    }
  /**
   * The API has not confirmed a sign-out. It is tried again at this time, in milliseconds since the epoch; `null` if it
   * cannot be, because there is no token left that the API would accept and no way to get one.
   */
  | { type: 'sign-out-pending'; retryAt: number | null }
  /** The vault did not start, for this reason. The next call starts it again. */
  | { type: 'vault-failed'; error: AuthError }

export interface RequestEvent {
  type: 'request'
  /** How it got its answer: sent at once, after waiting for a token, a second time after a 401, … */
  course: 'anonymous' | 'direct' | 'not-replayed' | 'retried' | 'waited'
  method: string
  url: string
  /** `null` when no answer came. */
  status: number | null
  millis: number
  /** Whether this page made it, and not another page of the same vault. */
  here: boolean
}

/** What a sign-in sends: an object goes out as JSON, anything else as `fetch` would send it. */
export type Credentials = Readonly<Record<string, unknown>> | FormData | URLSearchParams | string

/** The session of this page. */
export interface Auth<User = RegisteredUser> {
  /**
   * Settles when the first status is known, at once if it is.
   *
   * Rejects with {@link AuthError} `unreachable` when that takes longer than 22 s, and at once with what is wrong with the
   * answer of a refresh endpoint that brings no token (`token-missing`, `status-unexpected`, …): the status is then still
   * `loading`, and the next `ready` waits anew.
   */
  readonly ready: Promise<Snapshot<User>>
  /** How things stand. */
  readonly snapshot: Snapshot<User>
  /** Calls back after every change of the snapshot. Returns the way to stop. */
  subscribe(listener: (snapshot: Snapshot<User>) => void): () => void
  /** Calls back for everything worth logging. Returns the way to stop. */
  onEvent(listener: (event: AuthEvent) => void): () => void
  /**
   * `fetch`, with the access token on requests to the configured origins (promises 12-14).
   *
   * Rejects like `fetch`; and with {@link AuthError} `unreachable`, `signed-out`, `replaced` or `session-ended` when
   * a request could not be sent as the user it was made for.
   */
  readonly fetch: typeof fetch
  /**
   * Signs in, from inside the vault. Resolves with the API's answer, every token removed.
   *
   * Rejects with {@link AuthError} `refused` (with `status` and `body`), `unreachable` (with `retryAfter` if the API asked
   * for a pause), or a code that names what is
   * wrong with the token response.
   */
  signIn(credentials: Credentials): Promise<unknown>
  /** Signs out here and in every other tab, at once and even offline. Resolves when the server was told, or could not be. */
  signOut(): Promise<void>
  /** Lets go of the vault; the session lives on. Open calls reject with {@link AuthError} `closed`. */
  dispose(): void
}
