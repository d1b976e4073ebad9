import type { LocationQuery, Router } from 'vue-router'

const HOME = '/'

/**
 * Where to go after signing in: a page of this application, or home.
 *
 * The query is written by whoever made the link. `router.push` alone is no guard, because it leaves the
 * application for addresses that the history refuses, such as `//example.com`.
 */
export function wayBack(router: Router, wanted: LocationQuery[string] | undefined): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/') || wanted.includes('\\')) return HOME
  if (!URL.canParse(wanted, location.origin)) return HOME

  // Parsed before it is looked at: tabs are dropped and `/..//` becomes `//`.
  const { origin, pathname, search, hash } = new URL(wanted, location.origin)
  if (origin !== location.origin || pathname.startsWith('//')) return HOME

  const route = router.resolve(pathname + search + hash)
  return route.name === 'not-found' || route.meta.guestOnly ? HOME : route.fullPath
}
