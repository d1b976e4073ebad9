import type { Rule } from '../guard.js'
import type { PageAuth, PublicOptions } from './options.js'

interface Meta {
  auth?: PageAuth
  middleware?: unknown
}

/** `definePageMeta({ auth })`, else its middleware `auth` or `guest`, else what holds for all. */
export function ruleOf({ auth, middleware }: Meta, isGlobal: boolean): Rule {
  if (auth === 'guest') return { guestOnly: true }
  if (typeof auth === 'object') return auth
  if (auth !== undefined) return { requiresAuth: auth }
  const named = [middleware].flat()
  if (named.includes('guest')) return { guestOnly: true }
  return { requiresAuth: isGlobal || named.includes('auth') }
}

/** Whether a page requires sign-in unless it says otherwise: all do in an app that is closed, but for those that are shown instead. */
export const isGlobalFor = (
  { global, pages }: Pick<PublicOptions, 'global' | 'pages'>,
  path: string,
): boolean => global && path !== pages.signIn && path !== pages.unavailable
