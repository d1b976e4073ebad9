import { vi } from 'vitest'
import { LOADING } from '../../js/common/snapshot.js'
import type { AuthEvent, Snapshot } from '../../js/common/types.js'
import type { Vault } from '../../js/protocol/vault.js'

/** A vault that the test controls. */
export function scripted() {
  const listeners = new Set<() => void>()
  const eventListeners = new Set<(event: AuthEvent) => void>()
  const vault = {
    snapshot: LOADING as Snapshot,
    origins: vi.fn(async (): Promise<readonly string[]> => ['https://api.example.com']),
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onEvent(listener: (event: AuthEvent) => void) {
      eventListeners.add(listener)
      return () => void eventListeners.delete(listener)
    },
    reportRequests: vi.fn(),
    fetch: vi.fn(async () => new Response('ok')),
    run: vi.fn(async (): Promise<unknown> => undefined),
    close: vi.fn(),
  } satisfies Vault
  return {
    vault,
    placement: { page: async () => ({ default: vault as Vault }) },
    show(snapshot: Snapshot) {
      vault.snapshot = snapshot
      for (const listener of listeners) listener()
    },
    tell(event: AuthEvent) {
      for (const listener of eventListeners) listener(event)
    },
  }
}
