import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Site } from '../../e2e/site.js'

const client = readFileSync(path.join(import.meta.dirname, 'client.js'), 'utf8')

/** Has the site serve the weak client instead of ours. */
export function serveWeak(site: Site, api: string) {
  const serve = (url: string, type: string, text: string) =>
    site.overrides.set(url, (response) => response.setHeader('content-type', type).end(text))
  serve('/page.js', 'text/javascript', client)
  serve('/weak.json', 'application/json', JSON.stringify({ api, memory: '/weak-memory.js' }))
  serve('/weak-memory.js', 'text/javascript', 'export const memory = new WebAssembly.Memory({ initial: 1 })')
  serve('/weak-worker.js', 'text/javascript', 'onmessage = () => {}; onconnect = () => {}')
}
