import type { Api } from './fixtures.js'
import type { Site } from './site.js'

/** The strictest policy under which an application works: for the page, the vault file and the package. */
export function policy(api: Api, changes: Record<string, string | undefined> = {}) {
  const directives = {
    'default-src': "'none'",
    'script-src': "'self' 'wasm-unsafe-eval'",
    'worker-src': "'self'",
    'connect-src': `'self' ${api.url}`,
    'style-src': "'self'",
    'img-src': 'data:',
    'base-uri': "'none'",
    'frame-ancestors': "'none'",
    'require-trusted-types-for': "'script'",
    'trusted-types': 'default vault',
    'report-uri': '/reports',
    ...changes,
  }
  const given = Object.entries(directives).filter(([, value]) => value !== undefined)
  return { 'content-security-policy': given.map((directive) => directive.join(' ')).join('; ') }
}

/** A Trusted Types policy that permits only the URL of the vault. */
const rule = `{
  createScriptURL(url) {
    const { origin, pathname } = new URL(url, location.href)
    if (origin === location.origin && pathname === '/auth.vault.js') return url
    throw new TypeError('Not the vault: ' + url)
  },
}`
export const byDefault = (site: Site) => {
  site.first = `trustedTypes.createPolicy('default', ${rule})`
}
export const byName = (site: Site) => {
  site.first = `window.vaultPolicy = trustedTypes.createPolicy('vault', ${rule})`
  site.trust = (url) => `vaultPolicy.createScriptURL(${url})`
}
