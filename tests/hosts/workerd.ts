import { readdirSync } from 'node:fs'
import path from 'node:path'
import { Miniflare } from 'miniflare'

/** The date of the newest workerd that Node 20 can start. */
const COMMON = {
  modulesRules: [{ type: 'ESModule' as const, include: ['**/*.js', '**/*.mjs'] }],
  compatibilityDate: '2026-04-01',
  compatibilityFlags: ['nodejs_compat'],
}

function* scriptsIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) yield* scriptsIn(file)
    else if (/\.m?js$/.test(entry.name)) yield file
  }
}

/** Serves a Cloudflare build of Nitro: `{ url, end }`. */
export async function serveOutput(output: string, bindings: Record<string, string>) {
  const root = path.join(output, 'server')
  const main = path.join(root, 'index.mjs')
  const others = [...scriptsIn(root)].filter((file) => file !== main)
  const modules = [main, ...others].map((file) => ({ type: 'ESModule' as const, path: file }))
  return start({ modules, modulesRoot: root, bindings })
}

/** Serves a worker that consists of one module. */
export const serveScript = (script: string, bindings: Record<string, string>) =>
  start({ modules: true, script, bindings })

async function start(options: object) {
  const worker = new Miniflare({ ...COMMON, ...options } as ConstructorParameters<typeof Miniflare>[0])
  const { origin } = await worker.ready
  return { url: origin, end: () => worker.dispose() }
}
