import { defineStore } from 'pinia'
import type { Snapshot } from 'tokencell'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { auth } from '../auth'

/** Who is signed in. There is no token in here, nor a way to one. */
export const useSession = defineStore('session', () => {
  const snapshot = shallowRef(auth.snapshot)
  const stop = auth.subscribe((next) => {
    snapshot.value = next
  })
  // Runs with the store's `$dispose()`.
  onScopeDispose(stop)

  const status = computed(() => snapshot.value.status)
  const reason = computed(() => snapshot.value.reason)
  const user = computed(() => snapshot.value.user)
  const roles = computed(() => user.value?.roles ?? [])
  const isSignedIn = computed(() => status.value === 'authenticated')

  /** For display only: what somebody may have is decided by the API. */
  function hasAnyRole(wanted: readonly string[]) {
    return wanted.some((role) => roles.value.includes(role))
  }

  return { snapshot, status, reason, user, roles, isSignedIn, hasAnyRole }
})

/**
 * When the token came, which may be before this page did. A snapshot does not say, but a refresh is due after three
 * quarters of a token's life.
 */
export function grantedAt({
  refreshAt,
  expiresAt,
}: Pick<Snapshot, 'refreshAt' | 'expiresAt'>): number | null {
  return refreshAt === null || expiresAt === null ? null : refreshAt - 3 * (expiresAt - refreshAt)
}
