import type { IdentityChange } from '../../adapters/identity.js'
import type { Reason } from '../../common/types.js'
import type { PageAuth } from '../options.js'

// The interface `Register` of 'tokencell' takes effect only if that module is part of the program.
export type {} from '../../index.js'

declare module '#app' {
  interface PageMeta {
    /** What the page requires of its visitor. For comfort: only the API authorises. */
    auth?: PageAuth
  }
  interface RuntimeNuxtHooks {
    'tokencell:signed-in': () => void
    /** The session has ended: the user has signed out, or the session has expired or was revoked. */
    'tokencell:ended': (reason: Reason) => void
    /** The user is gone or has become another one: see `onIdentityChange`. The data of `useAuthFetch` is cleared already. */
    'tokencell:identity-changed': (change: IdentityChange) => void
  }
}

declare module 'vue-router' {
  interface RouteMeta {
    auth?: PageAuth
  }
}
