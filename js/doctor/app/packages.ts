import type { Hit, SubjectId } from './subjects.js'

/** Packages for signing in that a page of docs/moving/ is about. */
const PACKAGES: Record<string, SubjectId> = {
  '@sidebase/nuxt-auth': 'package.sidebase',
  '@nuxtjs/auth': 'package.nuxtjs',
  '@nuxtjs/auth-next': 'package.nuxtjs',
  'next-auth': 'package.next-auth',
  'oidc-client': 'package.oidc-client',
  'oidc-client-ts': 'package.oidc-client',
  'axios-auth-refresh': 'package.axios-auth-refresh',
}

/** The packages for signing in that a package.json requires. */
export function packagesOf(text: string): Hit[] {
  const names = Object.keys(PACKAGES).filter((name) => dependencies(text).has(name))
  return names.flatMap((name) => {
    const id = PACKAGES[name]
    const at = text.search(new RegExp(`"${name}"\\s*:\\s*"`))
    return id && at >= 0 ? [{ id, at }] : []
  })
}

function dependencies(text: string): Set<string> {
  try {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(text)
    return new Set(Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }))
  } catch {
    return new Set()
  }
}
