import { defineStore, type StoreDefinition } from 'pinia'
import { type ComputedRef, computed } from 'vue'
import { useAuth, type VueAuth } from './vue.js'

/** Of each kind of session the getters, so that `isAuthenticated` and `status` tell whether there is a user. */
type Getters<Session = VueAuth> = Session extends unknown
  ? {
      [Member in Exclude<keyof Session, 'ready'>]: Session[Member] extends ComputedRef
        ? Session[Member]
        : ComputedRef<Session[Member]>
    }
  : never

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
  const { snapshot, status, reason, failure, cause, user, claims, expiresAt, refreshAt } = auth
  const getters = {
    snapshot,
    status,
    reason,
    failure,
    cause,
    user,
    claims,
    expiresAt,
    refreshAt,
    isAuthenticated: auth.isAuthenticated,
    roles: auth.roles,
    hasRole: computed(() => auth.hasRole),
    fetch: computed(() => auth.fetch),
    signIn: computed(() => auth.signIn),
    signOut: computed(() => auth.signOut),
  } satisfies Record<keyof Getters, ComputedRef>
  return getters as Getters
})
