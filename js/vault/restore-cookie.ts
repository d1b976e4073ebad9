import type { ReadCookie } from './exchange.js'
import type { SharedState } from './shared-state.js'

/**
 * The shared state as the core reads it at its start: if no session is remembered here but the companion cookie of the API
 * exists, a session may exist, so the core asks the API. A sign-out that the API has not confirmed stays pending.
 */
export function withRestoreCookie(state: SharedState, name: string, read: ReadCookie): SharedState {
  let isFirst = true
  return {
    ...state,
    async recall() {
      const row = await state.recall()
      if (!isFirst) return row
      isFirst = false
      const [hint, epoch, age, slow] = row
      if (hint !== 'never' && hint !== 'signed-out') return row
      const value = await read(name).catch(() => null)
      if (value === null) return row
      // In the same epoch, so that a sign-out that happens now wins.
      await state.remember('never', epoch)
      return ['unknown', epoch, age, slow]
    },
  }
}
