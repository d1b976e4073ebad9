'use client'

import {
  createContext,
  type ReactNode,
  use,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { BffAuth, SessionInfo } from '../bff/client.js'
import { hasRole, type RolesOf, rolesOf } from '../common/guard.js'
import { LOADING } from '../common/snapshot.js'
import type { Auth, FlaggedSnapshot, RegisteredUser, Role, Snapshot } from '../common/types.js'
import { adapterError } from './errors.js'
import { type AuthFunctions, functionsOf } from './functions.js'
import { followSession, type Rendered, type ServerRouter } from './react-navigation.js'

// TypeScript applies the interface `Register` of 'tokencell' only if that module is part of the program.
export type {} from '../index.js'

export type { ServerRouter } from './react-navigation.js'

/**
 * The session as components read it. A check of `isAuthenticated` or `status` narrows the type of `user`. It never contains
 * a token.
 */
export type ReactAuth<User = RegisteredUser> = FlaggedSnapshot<User> &
  AuthFunctions<User> & {
    readonly roles: readonly Role[]
    /** Whether the user has one of these roles. For display: only the API authorises. */
    hasRole(...wanted: Role[]): boolean
  }

export interface AuthProviderProps<User = RegisteredUser> {
  /** A client of `createAuth` or of `createBffAuth`. Create it once, outside of any component. */
  auth: Auth<User> | BffAuth<User>
  /**
   * For a client of `createBffAuth`: the session that the server knew when it rendered. The client then does not request
   * the session.
   */
  session?: SessionInfo<User>
  /**
   * Returns the roles of the user.
   * @default `roles` or `role` of the user, else of the claims; of the claims first if they are newer
   */
  roles?: RolesOf
  /**
   * `useRouter()` of Next's App Router. With it, pages follow the session in every tab. After a sign-in the router opens
   * the page in `?redirect=`, if it is a page of this application. After any other change the server renders the page
   * again.
   * @default none: the application navigates by itself
   */
  router?: ServerRouter
  children: ReactNode
}

interface Provided {
  auth: Auth<unknown>
  rendered: Snapshot<unknown>
  roles: RolesOf
}

const Context = createContext<Provided | null>(null)

/** Provides the session to the components inside. Without `session`, the session is `loading` while a server renders. */
export function AuthProvider<User = RegisteredUser>(props: AuthProviderProps<User>): ReactNode {
  const { auth, session, roles = rolesOf, router, children } = props
  const rendered = session?.snapshot ?? LOADING
  const lastRendered = useRef<Rendered>({ snapshot: session?.snapshot, roles })
  // In the first render: the client must be hydrated before the first component subscribes.
  useState(() => typeof window !== 'undefined' && hydrate(auth, session))
  useEffect(() => {
    lastRendered.current.snapshot = session?.snapshot
    hydrate(auth, session)
  }, [auth, session])
  useEffect(() => {
    lastRendered.current.roles = roles
  }, [roles])
  useEffect(
    () => (router ? followSession(auth as Auth<unknown>, router, lastRendered.current) : undefined),
    [auth, router],
  )
  const provided = useMemo<Provided>(() => ({ auth, rendered, roles }), [auth, rendered, roles])
  return <Context value={provided}>{children}</Context>
}

/**
 * Returns the session, in any component inside {@link AuthProvider}.
 *
 * @throws AuthError `provider-missing`
 */
export function useAuth<User = RegisteredUser>(): ReactAuth<User> {
  const provided = use(Context)
  if (!provided) throw adapterError('provider-missing')
  const { auth, rendered, roles: find } = provided
  const snapshot = useSyncExternalStore(
    auth.subscribe,
    () => auth.snapshot,
    () => rendered,
  )
  return useMemo(() => {
    const roles = find(snapshot as Snapshot) as readonly Role[]
    const isAuthenticated = snapshot.status === 'authenticated'
    const ask = (...wanted: Role[]) => hasRole(roles, wanted)
    return { ...snapshot, ...functionsOf(auth), isAuthenticated, roles, hasRole: ask } as ReactAuth<User>
  }, [auth, find, snapshot])
}

function hydrate<User>(auth: Auth<User> | BffAuth<User>, session: SessionInfo<User> | undefined) {
  if (session && 'hydrate' in auth) auth.hydrate(session)
}
