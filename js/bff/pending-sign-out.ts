import type { Ask } from './ask.js'
import type { SessionState } from './session-state.js'
import { createStoredFlag } from './stored-flag.js'

export type PendingSignOut = ReturnType<typeof createPendingSignOut>

/**
 * A sign-out that the server, or the API behind it, has not confirmed yet. It is stored, so that the next page sends it
 * again.
 *
 * @param onReceived called when the server has received the sign-out
 */
export function createPendingSignOut<User>(
  name: string,
  ask: Ask<User>,
  state: SessionState<User>,
  onReceived: () => void,
) {
  const flag = createStoredFlag(`${name} pending`)

  /** Clears it, unless a newer one has replaced it. */
  function clear(id: string | null) {
    if (flag.read() === id) flag.write(null)
  }

  return {
    /** Identifies the pending sign-out; `null` if there is none. */
    id: () => flag.read(),
    set: (id: string) => flag.write(id),
    clear,
    /**
     * Sends a pending sign-out again, before any other exchange.
     *
     * @returns `true` if there is no pending sign-out, or if the server and the API have confirmed it
     */
    async send(): Promise<boolean> {
      const pending = flag.read()
      if (pending === null) return true
      const { isConfirmed = true, at } = await ask('/sign-out', { method: 'POST', keepalive: true })
      state.confirmEnd(at)
      onReceived()
      if (isConfirmed) clear(pending)
      return isConfirmed
    },
  }
}
