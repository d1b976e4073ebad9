import { type CsrfTokens, createCsrfSource } from './csrf-source.js'
import type { ReadCookie } from './exchange.js'
import { createIdleLimit, type IdleDependencies, type IdleLimit } from './idle.js'
import type { createNetwork } from './network.js'
import type { resolveOptions } from './options.js'
import { withRestoreCookie } from './restore-cookie.js'
import type { SharedState } from './shared-state.js'

type Config = ReturnType<typeof resolveOptions>

/** Loads the reader of CSRF tokens, if the configuration needs it. */
export async function loadCsrfSource(
  { csrf, signIn, refresh, exchanges, origins: [base] }: Config,
  origins: ReadonlySet<string>,
  fetch: ReturnType<typeof createNetwork>['fetch'],
): Promise<CsrfTokens | undefined> {
  if (!csrf || !('from' in csrf)) return undefined
  const endpoints = [signIn, refresh, ...exchanges]
  // The core checks the URLs, but only after this.
  const isExchange = (url: string) =>
    endpoints.some((endpoint) => endpoint && new URL(endpoint.path, base).href === url)
  return createCsrfSource({ csrf, origins, isExchange, fetch })
}

/** Loads the idle limit, if there is one. */
export async function loadIdleLimit(
  { name, idle }: Config,
  dependencies: Omit<IdleDependencies, 'after' | 'name' | 'warn'>,
): Promise<IdleLimit | undefined> {
  if (!idle) return undefined
  const { after, warn = Math.min(60, after / 2) } = idle
  return createIdleLimit({ ...dependencies, name, after: after * 1000, warn: warn * 1000 })
}

/** The shared state as the core reads it, if a companion cookie may show a session. */
export async function withCompanion(
  state: SharedState,
  { restoreCookie }: Config,
  readCookie: ReadCookie,
): Promise<SharedState> {
  if (!restoreCookie) return state
  return withRestoreCookie(state, restoreCookie, readCookie)
}
