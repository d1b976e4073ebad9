import type { AuthEvent, Snapshot } from '../common/types.js'
import type { Command, Commands } from './commands.js'

/** The interface of a vault for the page. The vault is in the page itself, or at the other end of a port. */
export interface Vault {
  readonly snapshot: Snapshot
  subscribe(listener: () => void): () => void
  onEvent(listener: (event: AuthEvent) => void): () => void
  /** The origins that the vault may send the token to. Rejects if the vault could not start. */
  origins(): Promise<readonly string[]>
  /** From now on there is an event for each request. Without this call no such events are sent, to save messages. */
  reportRequests(): void
  /** The body is separate from the request, so that it can be sent again. */
  fetch(request: Request, body: BodyInit | null, priority?: RequestPriority): Promise<Response>
  /** Runs a command. Resolves when the snapshot has its effect. */
  run<Name extends Command>(command: Name, argument: Commands[Name]): Promise<unknown>
  close(): void
}

/** A vault that a page is connected to. It reports snapshots and events to a {@link VaultObserver}. */
export type ConnectedVault = Omit<Vault, 'snapshot' | 'subscribe' | 'onEvent'>

/** The callbacks that a page gives to its vault when it connects. */
export interface VaultObserver {
  onSnapshot(snapshot: Snapshot): void
  onEvent(event: AuthEvent): void
  /** Called once when the vault has stopped answering. */
  onLost(): void
}
