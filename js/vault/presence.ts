import { type Page, showSnapshot } from './page.js'
import type { VaultHost } from './start.js'

/** The interval at which a shared vault pings its pages. In milliseconds. */
const PING_INTERVAL = 30_000

/**
 * If a page has not sent `bye` and answers no pings for this time, it no longer counts as a reason to keep the token. It
 * may have crashed, or `alert`, `print` or a debugger may block it. In milliseconds.
 */
export const PAGE_SILENCE_TIMEOUT = 600_000

/** Tracks which pages are present, and notifies the session when the first page connects and the last one has gone. */
export function createPresence(
  pages: Set<Page>,
  host: Pick<VaultHost, 'onLifecycleEvent' | 'session' | 'snapshot'>,
  realm: 'shared' | 'worker',
) {
  if (realm === 'shared') setInterval(pingPages, PING_INTERVAL)

  function attach(page: Page, restored: boolean) {
    page.hasLeft = false
    page.unansweredPings = 0
    pages.add(page)
    const event = realm === 'shared' ? 'client-connected' : restored ? 'restored' : undefined
    // If the vault could not start, the calls of the page reject with the error.
    page.attaching = event && host.onLifecycleEvent(event).catch(() => {})
  }

  function detach(page: Page) {
    if (pages.delete(page) && pages.size === 0 && realm === 'shared')
      host.onLifecycleEvent('clients-gone').catch(() => {})
  }

  /**
   * Marks a page as gone. It is present again when it sends `hello`; other messages do not change that in a shared vault.
   */
  function depart(page: Page) {
    page.hasLeft = true
    detach(page)
  }

  function pingPages() {
    for (const page of pages) {
      // Count pings instead of using a clock: while the machine is asleep, no page can answer.
      if (page.unansweredPings * PING_INTERVAL >= PAGE_SILENCE_TIMEOUT) detach(page)
      else page.ping()
      page.unansweredPings += 1
    }
  }

  return {
    attach,
    /** Counts a page as present before its first message. If it never sends one, its missing answers to pings show that. */
    connect(page: Page) {
      pages.add(page)
      // The ping contains the instance: a page that knew another one detects at once that the vault was restarted.
      if (realm === 'shared') page.ping()
    },
    /**
     * Called for every message except `hello` and `bye`. If the page had counted as gone, it is present again and gets the
     * current snapshot. Exception: in a shared vault, a page that has sent `bye` stays gone, so that it does not keep the
     * token.
     *
     * @returns whether the page had counted as gone and is present again
     */
    onMessage(page: Page): boolean {
      page.unansweredPings = 0
      if (pages.has(page) || (page.hasLeft && realm === 'shared')) return false
      attach(page, false)
      Promise.resolve(page.attaching).then(() => showSnapshot(page, host))
      return true
    },
    refuse: depart,
    /** Removes a page. Its requests are aborted, as they would be without a vault, and get no further messages. */
    leave(page: Page) {
      page.calls.clear()
      page.responder.close()
      depart(page)
    },
  }
}
