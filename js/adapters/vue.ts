import { type ComputedRef, computed, hasInjectionContext, inject, type Plugin, shallowRef } from 'vue'
import { hasRole, type RolesOf, rolesOf } from '../common/guard.js'
import { LOADING } from '../common/snapshot.js'
import type { Auth, FlaggedSnapshot, RegisteredUser, Role, Snapshot } from '../common/types.js'
import { adapterError } from './errors.js'

// The interface `Register` of 'tokencell' counts only where that module is part of the program.
export type {} from '../index.js'

/**
 * The session as components read it: each member of the snapshot is a readonly ref. Never with a token.
 *
 * A union: in `reactive(useAuth())`, `isAuthenticated` and `status` tell whether there is a user. Separate refs do not know of
 * each other; there, ask `user` itself, or the `status` of the `snapshot`.
 */
export type VueAuth<User = RegisteredUser> = SessionRefs<FlaggedSnapshot<User>> &
  Pick<Auth<User>, 'fetch' | 'ready' | 'signIn' | 'signOut'> & {
    /** All members at once, so that `status` tells whether there is a user. */
    readonly snapshot: ComputedRef<Snapshot<User>>
    readonly roles: ComputedRef<readonly Role[]>
    /** Whether the user has one of these roles. For display: only the API authorises. */
    hasRole(...wanted: Role[]): boolean
  }

/** Of each kind of session the members, as refs. */
type SessionRefs<Session> = Session extends unknown
  ? { readonly [Member in keyof Session]-?: ComputedRef<Session[Member]> }
  : never

export interface AuthPluginOptions {
  /**
   * Where the roles are.
   * @default `roles` or `role` of the user, else of the claims
   */
  roles?: RolesOf
  /** Where a server has rendered: `loading` is shown until this settles, as it was there. */
  hydrated?: Promise<unknown>
}

// The same for every copy of the package.
const KEY = Symbol.for('tokencell.vue')

/**
 * `app.use(authPlugin(auth))`. Given a function, the app has a client of its own, which is disposed with it.
 *
 * While rendering on a server the session is `loading`.
 */
export function authPlugin<User = RegisteredUser>(
  source: Auth<User> | (() => Auth<User>),
  { roles = rolesOf, hydrated }: AuthPluginOptions = {},
): Plugin {
  return {
    install(app) {
      const auth = typeof source === 'function' ? source() : source
      const snapshot = shallowRef<Snapshot<User>>(hydrated ? LOADING : auth.snapshot)
      const follow = () => {
        snapshot.value = auth.snapshot
        app.onUnmount(auth.subscribe((next) => (snapshot.value = next)))
      }
      if (hydrated) hydrated.finally(follow)
      // On a server an app is never unmounted.
      else if (typeof window !== 'undefined') follow()
      if (auth !== source) app.onUnmount(() => auth.dispose())
      app.provide(
        KEY,
        view(auth, () => snapshot.value, roles),
      )
    },
  }
}

/**
 * The session, in `setup()`, a guard, a store, or wherever `inject()` works.
 *
 * @throws AuthError `plugin-missing`
 */
export function useAuth<User = RegisteredUser>(): VueAuth<User> {
  const auth = hasInjectionContext() && inject<VueAuth<User> | null>(KEY, null)
  if (!auth) throw adapterError('plugin-missing')
  return auth
}

function view<User>(auth: Auth<User>, snapshot: () => Snapshot<User>, rolesOf: RolesOf): VueAuth<User> {
  const { fetch, signIn, signOut } = auth
  const roles = computed(() => rolesOf(snapshot()) as readonly Role[])
  const members = {
    snapshot: computed(snapshot),
    status: computed(() => snapshot().status),
    reason: computed(() => snapshot().reason),
    failure: computed(() => snapshot().failure),
    cause: computed(() => snapshot().cause),
    user: computed(() => snapshot().user),
    claims: computed(() => snapshot().claims),
    expiresAt: computed(() => snapshot().expiresAt),
    refreshAt: computed(() => snapshot().refreshAt),
    isAuthenticated: computed(() => snapshot().status === 'authenticated'),
    roles,
    hasRole: (...wanted: Role[]) => hasRole(roles.value, wanted),
    get ready() {
      return auth.ready
    },
    fetch,
    signIn,
    signOut,
  } satisfies Record<keyof VueAuth, unknown>
  // That the members fit each other, no ref says by itself.
  return members as VueAuth<User>
}
