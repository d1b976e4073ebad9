import { defineStore, type StoreDefinition } from 'pinia'
import { type ComputedRef, computed } from 'vue'
import { useAuth, type VueAuth } from './vue.js'

type Getters = {
  [Member in Exclude<keyof VueAuth, 'ready'>]: VueAuth[Member] extends ComputedRef
    ? VueAuth[Member]
    : ComputedRef<VueAuth[Member]>
}

/**
 * The session as a store, for apps that use `authPlugin` and Pinia. There is no token in it.
 *
 * All of it are getters. None is state, which would be serialised on a server and could be patched; none is an
 * action, whose arguments, a password among them, plugins and devtools hear.
 */
export const useAuthStore: StoreDefinition<
  'auth',
  Record<never, never>,
  Getters,
  Record<never, never>
> = defineStore('auth', (): Getters => {
  const auth = useAuth()
  const { snapshot, status, reason, failure, user, claims, expiresAt, refreshAt, isAuthenticated, roles } =
    auth
  return {
    snapshot,
    status,
    reason,
    failure,
    user,
    claims,
    expiresAt,
    refreshAt,
    isAuthenticated,
    roles,
    hasRole: computed(() => auth.hasRole),
    fetch: computed(() => auth.fetch),
    signIn: computed(() => auth.signIn),
    signOut: computed(() => auth.signOut),
  }
})
