import { defineStore, type StoreDefinition } from 'pinia'
import { type ComputedRef, computed, isRef } from 'vue'
import { useAuth, type VueAuth } from './vue.js'

/**
 * The getters of each variant of the session, so that a check of `isAuthenticated` or `status` narrows the type of `user`.
 */
type Getters<Session = VueAuth> = Session extends unknown
  ? {
      [Member in Exclude<keyof Session, 'ready'>]: Session[Member] extends ComputedRef
        ? Session[Member]
        : ComputedRef<Session[Member]>
    }
  : never

/**
 * The session as a store, for apps that use `authPlugin` and Pinia. The store contains no token.
 *
 * All members are getters. There is no state, because a server would serialise it and any code could patch it. There are no
 * actions, because plugins and devtools receive the arguments of actions, such as a password.
 */
export const useAuthStore: StoreDefinition<
  'auth',
  Record<never, never>,
  Getters,
  Record<never, never>
> = defineStore('auth', (): Getters => {
  const auth = useAuth()
  // Reading `ready` makes a vault start again that has failed.
  const names = Object.keys(auth).filter((name) => name !== 'ready') as (keyof Getters)[]
  const getters = names.map((name) => [name, isRef(auth[name]) ? auth[name] : computed(() => auth[name])])
  return Object.fromEntries(getters) as Getters
})
