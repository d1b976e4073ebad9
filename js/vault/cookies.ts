import { vaultError } from './errors.js'

/** How long the vault waits for pages to answer with a cookie. In milliseconds. */
const COOKIE_TIMEOUT = 2000

/** One read of a cookie. Concurrent callers share it. */
interface Reading {
  promise: Promise<string | null>
  settle(value: string | null): void
  /** The pages that were asked and have not answered yet. */
  asked: Set<object>
}

/**
 * Reads cookies through the pages of a vault, because a worker has no access to cookies.
 *
 * The first page that has the cookie settles the read. The cookies that a page can read depend on its path. So the cookie
 * counts as missing only if no page that answers in time has it.
 */
export function createCookieReader<Page extends object>(
  pages: ReadonlySet<Page>,
  ask: (page: Page, name: string) => void,
) {
  const readings = new Map<string, Reading>()

  function askPage(page: Page, name: string, { asked }: Reading) {
    asked.add(page)
    ask(page, name)
  }

  function start(name: string): Reading {
    let settle!: Reading['settle']
    const promise = new Promise<string | null>((resolve, reject) => {
      let isMissing = false
      const end = () => {
        clearTimeout(timer)
        readings.delete(name)
      }
      const timer = setTimeout(() => {
        end()
        if (isMissing) resolve(null)
        else reject(vaultError('csrf-unreadable'))
      }, COOKIE_TIMEOUT)
      settle = (value) => {
        isMissing = true
        if (value === null && reading.asked.size > 0) return
        end()
        resolve(value)
      }
    })
    const reading: Reading = { promise, settle, asked: new Set() }
    readings.set(name, reading)
    for (const page of pages) askPage(page, name, reading)
    return reading
  }

  return {
    /** Rejects with AuthError `csrf-unreadable` if no page answers. */
    read: (name: string): Promise<string | null> => (readings.get(name) ?? start(name)).promise,
    /** Asks a new page as well, because it may be the only one that answers. */
    askNewPage(page: Page) {
      for (const [name, reading] of readings) askPage(page, name, reading)
    },
    onAnswer(page: Page, { name, value }: { name: string; value: string | null }) {
      const reading = readings.get(name)
      if (!reading?.asked.delete(page)) return
      reading.settle(typeof value === 'string' ? value : null)
    },
  }
}
