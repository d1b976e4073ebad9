import { vaultError } from './errors.js'

/** How long pages are asked for a cookie. In milliseconds. */
const COOKIE_TIMEOUT = 2000

/** One reading of a cookie, which everybody who wants its value meanwhile shares. */
interface Reading {
  promise: Promise<string | null>
  settle(value: string | null): void
  /** Pages that were asked and have not answered. */
  asked: Set<object>
}

/**
 * Reads cookies in the pages of a vault, which has none in its own realm.
 *
 * The first page that has the cookie settles the reading. What a page may see depends on its path, so that there is no
 * such cookie only if no page that answers in time has it.
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
    /** Rejects with AuthError `csrf-unreadable` when no page answers. */
    read: (name: string): Promise<string | null> => (readings.get(name) ?? start(name)).promise,
    /** A page that has just come may be the only one that answers. */
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
