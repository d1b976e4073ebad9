import { platformFetch } from '../../common/platform-fetch.js'
import { isOnlyAskedFor, scriptOf, withConstructors } from '../diagnosis/worker-script.js'

/**
 * A shared worker for what the script is now. Browsers give a page the worker that runs with this URL and this name, even
 * if its script has changed since. So the name tells what the script is: after an edit, a page that is loaded again gets
 * another worker, and the old one ends with its last page.
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

/** Of the script and what it says that it loads. With Vite, the URLs of changed imports are new, and are in its text. */
async function versionOf(url: URL): Promise<string | undefined> {
  try {
    const texts = await Promise.all([url, ...chunksIn(url)].map(load))
    return hash(texts.join())
  } catch {
    return undefined
  }
}

/** Turbopack starts each worker with the same script, and names what that is to load in its URL. */
function chunksIn({ search, hash, href }: URL): URL[] {
  const names = decodeURIComponent(search + hash).match(/[^"',[\]\s=]+\.js(?=")/g) ?? []
  return names.map((name) => new URL(name, href))
}

async function load(url: URL): Promise<string> {
  const response = await platformFetch(url, { cache: 'no-store' })
  return response.text()
}

/** djb2: another text gets another name. */
function hash(text: string): string {
  let value = 5381
  for (let at = 0; at < text.length; at++) value = (Math.imul(value, 33) ^ text.charCodeAt(at)) >>> 0
  return value.toString(36)
}
