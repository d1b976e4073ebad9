import type { ConsoleMessage, Page } from '@playwright/test'
import type { Api } from './fixtures.js'

/** Records every token that the API issues, and everything that a page writes to the console or reports as an error. */
export class Canaries {
  /** Oldest first. */
  readonly tokens: string[]
  readonly said: string[] = []

  constructor(page: Page, api: Pick<Api, 'tokens'>) {
    this.tokens = recordTokens(api).issued
    page.on('console', (message: ConsoleMessage) => this.said.push(message.text()))
    page.on('pageerror', (error) => this.said.push(`${error} ${error.stack}`))
  }

  /** The names of the places that hold a token. The list must be empty. */
  async findings(page: Page): Promise<string[]> {
    const places = { ...(await page.evaluate(sweep)), said: this.said.join('\n'), url: page.url() }
    return find(this.tokens, places)
  }
}

/** The tokens that the API issues from now on, the oldest first. */
export function recordTokens({ tokens }: Pick<Api, 'tokens'>) {
  const { issue } = tokens
  const issued: string[] = []
  tokens.issue = async (subject) => {
    const grant = await issue(subject)
    issued.push(grant.token)
    return grant
  }
  const stop = () => {
    tokens.issue = issue
  }
  return { issued, stop }
}

/** The names of the places whose text holds one of the tokens, whole or in part, in any of the encodings below. */
export function find(tokens: string[], places: Record<string, string>): string[] {
  const needles = tokens.flatMap(needlesOf)
  return Object.entries(places)
    .filter(([, text]) => needles.some((needle) => text.includes(needle)))
    .map(([place]) => place)
}

/** A token and its signature, which is unique to it: plain, in parts, in base64, hex and URL encoding, and reversed. */
function needlesOf(token: string): string[] {
  const secret = token.split('.').at(-1) ?? token
  const encoded = [token, secret].flatMap((text) => [
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
    Buffer.from(text).toString('hex'),
    [...text].reverse().join(''),
    encodeURIComponent(text),
  ])
  return [token, secret, secret.slice(0, 16), secret.slice(-16), ...encoded]
}

/** Runs in the page: the text of every place that page scripts can read and where a token could be stored. */
export async function sweep(): Promise<Record<string, string>> {
  const databases = await Promise.all(
    (await indexedDB.databases()).map(async ({ name = '' }) => {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name)
        opening.onsuccess = () => resolve(opening.result)
        opening.onerror = () => reject(opening.error)
      })
      const rows = [...database.objectStoreNames].map(
        (store) =>
          new Promise((resolve) => {
            const reading = database.transaction(store).objectStore(store).getAll()
            reading.onsuccess = () => resolve(reading.result)
          }),
      )
      const content = JSON.stringify(await Promise.all(rows))
      database.close()
      return content
    }),
  )
  const cached = await Promise.all(
    (await caches.keys()).map(async (name) => {
      const cache = await caches.open(name)
      return Promise.all((await cache.matchAll()).map((response) => response.text()))
    }),
  )
  return {
    localStorage: JSON.stringify({ ...localStorage }),
    sessionStorage: JSON.stringify({ ...sessionStorage }),
    indexedDB: databases.join(),
    caches: cached.flat().join(),
    cookies: document.cookie,
    dom: document.documentElement.outerHTML,
    history: JSON.stringify(history.state),
    name: window.name,
    performance: JSON.stringify(performance.getEntries()),
    globals: walk(window),
  }

  /** Every string that is reachable from `root` and the elements by properties, getters, maps, sets and prototypes. */
  function walk(root: object): string {
    const seen = new Set<unknown>()
    const queue: unknown[] = [root, ...document.querySelectorAll('*')]
    const strings: string[] = []
    while (queue.length > 0 && seen.size < 1_000_000) {
      const value = queue.pop()
      if (typeof value === 'string') strings.push(value)
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value))
        continue
      seen.add(value)
      if (value instanceof Map) queue.push(...value.keys(), ...value.values())
      if (value instanceof Set) queue.push(...value)
      // Frameworks store data in own properties of elements. All other strings of an element are in the markup.
      if (!(value instanceof Node)) queue.push(Object.getPrototypeOf(value))
      for (const key of Reflect.ownKeys(value)) {
        try {
          queue.push(key, (value as Record<PropertyKey, unknown>)[key])
        } catch {
          // A getter that throws returns no string.
        }
      }
    }
    return strings.join('\n')
  }
}
