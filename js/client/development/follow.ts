import { platformFetch } from '../../common/platform-fetch.js'
import { isOnlyAskedFor, scriptOf, withConstructors } from '../diagnosis/worker-script.js'

/**
 * Creates a shared worker for the current version of the script. Browsers give a page the running worker with the same URL
 * and name, even if its script has changed since. So the name contains the version of the script: after an edit, a page
 * that is loaded again gets a new worker, and the old one ends with its last page.
 */
export function followScript(make: () => SharedWorker): SharedWorker | Promise<SharedWorker> {
  return isOnlyAskedFor() ? make() : follow(make)
}

async function follow(make: () => SharedWorker): Promise<SharedWorker> {
  const script = scriptOf(make)
  const version = script && (await versionOf(script.url))
  if (version === undefined) return make()
  const named = (options: string | WorkerOptions = {}) => {
    const given = typeof options === 'string' ? { name: options } : options
    return { ...given, name: `${given.name ?? 'tokencell'} ${version}` }
  }
  return withConstructors(
    (Native) =>
      class extends Native {
        constructor(url: string | URL, options?: string | WorkerOptions) {
          super(url, named(options))
        }
      },
    make,
  )
}

/**
 * The version of the script and of the chunks in its URL. With Vite, a changed import has a new URL, and this URL is in the
 * text of the script.
 */
async function versionOf(url: URL): Promise<string | undefined> {
  try {
    const texts = await Promise.all([url, ...chunksIn(url)].map(load))
    return hash(texts.join())
  } catch {
    return undefined
  }
}

/** Turbopack starts each worker with the same script. The URL of the worker lists the chunks that this script loads. */
function chunksIn({ search, hash, href }: URL): URL[] {
  const names = decodeURIComponent(search + hash).match(/[^"',[\]\s=]+\.js(?=")/g) ?? []
  return names.map((name) => new URL(name, href))
}

async function load(url: URL): Promise<string> {
  const response = await platformFetch(url, { cache: 'no-store' })
  return response.text()
}

/** The djb2 hash: a changed text gets a different name. */
function hash(text: string): string {
  let value = 5381
  for (let at = 0; at < text.length; at++) value = (Math.imul(value, 33) ^ text.charCodeAt(at)) >>> 0
  return value.toString(36)
}
