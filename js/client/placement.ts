import type { Vault } from '../protocol/vault.js'

/**
 * Where the vault runs: in the first of `shared`, `worker` and `page` that is given and that the browser supports. If that
 * one fails to start, this is an error; the next one is not tried.
 */
export interface Placement {
  /**
   * In a SharedWorker. No script of the page can read the token, all tabs share the vault, and with `extendedLifetime` it
   * survives a reload.
   *
   * Write the constructor call exactly like this, so that bundlers find the file:
   * `() => new SharedWorker(new URL('./auth.vault.ts', import.meta.url), { type: 'module', extendedLifetime: true })`
   */
  shared?: () => SharedWorker
  /**
   * In a worker of this page. No script of the page can read the token. Every tab has its own vault, and a reload starts a
   * new one.
   */
  worker?: () => Worker
  /**
   * In the page itself: `() => import('./auth.vault.ts')`, with `page: true` in that file.
   *
   * This vault keeps the token out of storage and of the objects of the page. It does not stop a script of the page that
   * looks for the token: that script can replace `fetch`, or read the memory of the core. Only a vault in a separate realm (a
   * worker) hides the token from every script of the page.
   */
  page?: () => Promise<{ default: Vault }>
}

declare global {
  interface WorkerOptions {
    /** Keeps a SharedWorker alive for a while after its last page has closed (Chromium; other browsers ignore it). */
    extendedLifetime?: boolean
  }
}
