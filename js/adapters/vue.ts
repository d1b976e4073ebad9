import { type ComputedRef, computed, hasInjectionContext, inject, type Plugin, shallowRef } from 'vue'
import { hasRole, type RolesOf, rolesOf } from '../common/guard.js'
import { LOADING } from '../common/snapshot.js'
import type { Auth, FlaggedSnapshot, RegisteredUser, Role, Snapshot } from '../common/types.js'
import { adapterError } from './errors.js'
import { type AuthFunctions, functionsOf } from './functions.js'

// TypeScript applies the interface `Register` of 'tokencell' only if that module is part of the program.
export type {} from '../index.js'

/**
 * The session as components read it. Each member of the snapshot is a readonly ref. It never contains a token.
 *
 * The type is a union: in `reactive(useAuth())`, a check of `isAuthenticated` or `status` narrows the type of `user`. It
 * cannot narrow separate refs; there, check `user` itself, or the `status` of the `snapshot`.
 */
export type VueAuth<User = RegisteredUser> = SessionRefs<FlaggedSnapshot<User>> &
  AuthFunctions<User> &
  Pick<Auth<User>, 'ready'> & {
    /** All members in one object, so that a check of `status` narrows the type of `user`. */
    readonly snapshot: ComputedRef<Snapshot<User>>
    readonly roles: ComputedRef<readonly Role[]>
    /** Whether the user has one of these roles. For display: only the API authorises. */
    hasRole(...wanted: Role[]): boolean
  }

/** The members of each variant of the session, as refs. */
type SessionRefs<Session> = Session extends unknown
  ? { readonly [Member in keyof Session]-?: ComputedRef<Session[Member]> }
  : never

export interface AuthPluginOptions {
  /**
   * Returns the roles of the user.
   * @default `roles` or `role` of the user, else of the claims; of the claims first if they are newer
   */
  roles?: RolesOf
  /**
   * For an app that a server has rendered: until this promise settles, the session is `loading`, as it was on the server.
   */
  hydrated?: Promise<unknown>
}

// `Symbol.for`: every copy of the package uses the same key.
const KEY = Symbol.for('tokencell.vue')

/**
 * Provides the session to a Vue app: `app.use(authPlugin(auth))`. With a function instead of a client, the app has its own
 * client, which is disposed when the app is unmounted.
 *
 * While a server renders, the session is `loading`.
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
      // Not on a server: an app is never unmounted there, so the subscription would never end.
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
 * Returns the session. Call it in `setup()`, a guard, a store, or anywhere else where `inject()` works.
 *
 * @throws AuthError `plugin-missing`
 */
export function useAuth<User = RegisteredUser>(): VueAuth<User> {
  const auth = hasInjectionContext() && inject<VueAuth<User> | null>(KEY, null)
  if (!auth) throw adapterError('plugin-missing')
  return auth
}

function view<User>(auth: Auth<User>, snapshot: () => Snapshot<User>, rolesOf: RolesOf): VueAuth<User> {
  const roles = computed(() => rolesOf(snapshot()) as readonly Role[])
  const members: Record<string, unknown> = {
    snapshot: computed(snapshot),
    isAuthenticated: computed(() => snapshot().status === 'authenticated'),
    roles,
    hasRole: (...wanted: Role[]) => hasRole(roles.value, wanted),
    get ready() {
      return auth.ready
    },
    ...functionsOf(auth),
  } satisfies Partial<Record<keyof VueAuth, unknown>>
  for (const name of ['serverReason', ...Object.keys(LOADING)] as (keyof Snapshot)[])
    members[name] = computed(() => snapshot()[name])
  // The cast is needed because the types of separate refs do not show that their values belong together.
  return members as unknown as VueAuth<User>
}
