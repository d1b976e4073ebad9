import type { Vault } from '../protocol/vault.js'

/**
 * Where the vault runs: the first of `shared`, `worker` and `page` that is given and that the browser has. One that is
 * there and fails to start is an error, never a reason to try the next.
 */
export interface Placement {
  /**
   * In a SharedWorker: no script of the page can read the token, all tabs share it, and with `extendedLifetime` it
   * survives a reload.
   *
   * Written out where it is used, so that bundlers see the file:
   * `() => new SharedWorker(new URL('./auth.vault.ts', import.meta.url), { type: 'module', extendedLifetime: true })`
   */
  shared?: () => SharedWorker
  /** In a worker of this page: no script of the page can read the token, and every tab and reload has its own. */
  worker?: () => Worker
  /**
   * In the page itself: `() => import('./auth.vault.ts')`.
   *
   * Hardened against scripts that come later, and no more: only a vault in a realm of its own keeps the token from
   * every script of the page.
   */
  page?: () => Promise<{ default: Vault }>
}

declare global {
  interface WorkerOptions {
    /** Keeps a SharedWorker for a while after its last page (Chromium; ignored elsewhere). */
    extendedLifetime?: boolean
  }
}
