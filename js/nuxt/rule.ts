import type { RouteLocationNormalized } from 'vue-router'
import type { Rule } from '../common/guard.js'
import type { PageAuth } from './options.js'
import type { Pages } from './pages.js'

/** A route, or the page of a file. */
type Where = { name?: unknown; path: string; matched?: readonly unknown[] }

/** The properties that identify a location. */
type Location = { name?: unknown; path?: string }

interface Meta {
  auth?: PageAuth
  middleware?: unknown
}

/** The rule of `definePageMeta({ auth })`, else of its middleware `auth` or `guest`, else the rule for all pages. */
export function ruleOf({ auth, middleware }: Meta, isGlobal: boolean): Rule {
  if (auth === 'guest') return { guestOnly: true }
  if (typeof auth === 'object') return auth
  if (auth !== undefined) return { requiresAuth: auth }
  const named = [middleware].flat()
  if (named.includes('guest')) return { guestOnly: true }
  return { requiresAuth: isGlobal || named.includes('auth') }
}

/**
 * Whether a page requires sign-in if it sets no rule. With `global`, all pages do, except the pages `signIn` and
 * `unavailable`. A URL without a page requires no sign-in.
 */
export function isGlobalFor({ global, pages }: { global: boolean; pages: Pages }, page: Where): boolean {
  const isPage = page.matched?.length !== 0
  return global && isPage && !isAt(pages.signIn, page) && !isAt(pages.unavailable, page)
}

function isAt(named: Pages['signIn'], page: Where): boolean {
  try {
    const location = typeof named === 'function' ? named(page as RouteLocationNormalized) : named
    const { name, path } =
      typeof location === 'string' ? { name: undefined, path: location } : (location as Location)
    return name ? name === page.name : alike(path?.split(/[?#]/)[0] ?? '') === alike(page.path)
  } catch {
    // The function fails for this page, and so does not redirect to it.
    return false
  }
}

/** The router opens a page in upper or lower case, and with or without a slash at the end. */
const alike = (path: string) => path.toLowerCase().replace(/(?<=.)\/$/, '')
