import { type Page, showSnapshot } from './page.js'
import type { VaultHost } from './start.js'

/** How often a shared vault pings its pages. In milliseconds. */
const PING_INTERVAL = 30_000

/**
 * A page that has not said goodbye and answers no pings counts as gone after this time, as far as keeping the token is
 * concerned: it may have crashed, or `alert`, `print` or a debugger blocks it. In milliseconds.
 */
export const PAGE_SILENCE_TIMEOUT = 600_000

/** Keeps track of which pages are present, and lets the session know whether one is. */
export function createPresence(
  pages: Set<Page>,
  host: Pick<VaultHost, 'snapshot' | 'wake'>,
  realm: 'shared' | 'worker',
  instance: string,
) {
  if (realm === 'shared') setInterval(pingPages, PING_INTERVAL)

  function attach(page: Page, restored: boolean) {
    page.hasLeft = false
    page.unansweredPings = 0
    pages.add(page)
    const wake = realm === 'shared' ? 'visited' : restored ? 'restored' : undefined
    // If the vault has not started, the calls of the page say so.
    page.attaching = wake && host.wake(wake).catch(() => {})
  }

  function detach(page: Page) {
    if (pages.delete(page) && pages.size === 0 && realm === 'shared') host.wake('deserted').catch(() => {})
  }

  /** Until it says hello again the page is not present, whatever else it says. */
  function depart(page: Page) {
    page.hasLeft = true
    detach(page)
  }

  function pingPages() {
    for (const page of pages) {
      // Counted in pings and not by a clock: a machine that was asleep has given no page time to answer.
      if (page.unansweredPings * PING_INTERVAL >= PAGE_SILENCE_TIMEOUT) detach(page)
      else ping(page)
      page.unansweredPings += 1
    }
  }

  const ping = (page: Page) => page.post({ type: 'ping', instance })

  return {
    attach,
    /** Until it says what it is: pages that die before their first message are found out like those that crash. */
    connect(page: Page) {
      pages.add(page)
      // A page that knew another instance behind this port learns at once that the vault was restarted.
      if (realm === 'shared') ping(page)
    },
    /**
     * Called for every message but `hello` and `bye`. A page that has said goodbye does not keep a shared vault's token; one
     * with a worker of its own keeps nothing, and is brought up to date.
     *
     * @returns whether the page counted as gone, and is present again
     */
    hear(page: Page): boolean {
      page.unansweredPings = 0
      if (pages.has(page) || (page.hasLeft && realm === 'shared')) return false
      attach(page, false)
      Promise.resolve(page.attaching).then(() => showSnapshot(page, host.snapshot))
      return true
    },
    refuse: depart,
    /** Its requests end with it, as they do without a vault, and nothing more is posted of them. */
    leave(page: Page) {
      page.calls.clear()
      page.responder.close()
      depart(page)
    },
  }
}
