import type { AuthEvent, Snapshot } from '../common/types.js'
import type { PackedCredentials } from './packing.js'

/** A vault, as the page sees it: in the page itself, or at the other end of a port. */
export interface Vault {
  readonly snapshot: Snapshot
  ready(): Promise<void>
  subscribe(listener: () => void): () => void
  onEvent(listener: (event: AuthEvent) => void): () => void
  /** The origins that the token may go to; rejects if the vault has not started. */
  origins(): Promise<readonly string[]>
  /** From now on the events tell of requests, too: a message for each, which pages that do not listen are spared. */
  reportRequests(): void
  /** The body is given beside the request, so that it can be sent again. */
  fetch(request: Request, body: BodyInit | null, priority?: RequestPriority): Promise<Response>
  signIn(credentials: PackedCredentials): Promise<unknown>
  signOut(): Promise<void>
  close(): void
}

/** A vault that a page is connected to, and which tells a {@link VaultObserver} what it has to tell. */
export type ConnectedVault = Omit<Vault, 'snapshot' | 'subscribe' | 'onEvent'>

/** What a page wants to know of its vault, from the moment it connects. */
export interface VaultObserver {
  onSnapshot(snapshot: Snapshot): void
  onEvent(event: AuthEvent): void
  /** Called once when the vault has stopped answering. */
  onLost(): void
}
