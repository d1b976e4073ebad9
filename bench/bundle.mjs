import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../scripts/run.mjs'

export const folder = path.join(root, 'target/bench')
const peers = path.join(import.meta.dirname, 'peers')
export const clients = ['tokencell', 'axios', 'alova', 'supertokens']

/** Settings of esbuild for an application in production. Packages come from peers/, tokencell from pkg/. */
export const settings = {
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  platform: 'browser',
  conditions: ['production', 'browser'],
  nodePaths: [path.join(peers, 'node_modules')],
  absWorkingDir: root,
  logLevel: 'error',
  external: ['/out/*'],
  define: { 'process.env.NODE_ENV': '"production"' },
}

/** Bundles a page for each client, and the vault with its wasm, into the folder that the server serves. */
export async function bundlePages() {
  const esbuild = await import('esbuild')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(path.join(folder, 'wasm'), { recursive: true })
  copyFileSync(path.join(root, 'pkg/wasm/core_bg.wasm'), path.join(folder, 'wasm/core_bg.wasm'))
  await esbuild.build({
    ...settings,
    splitting: true,
    outdir: path.join(folder, 'out'),
    entryPoints: [...clients, 'vault'].map((name) => path.join(import.meta.dirname, 'clients', `${name}.js`)),
  })
  for (const name of clients) writeFileSync(path.join(folder, `${name}.html`), pageOf(name))
  writeFileSync(path.join(folder, 'empty.html'), '<!doctype html><link rel="icon" href="data:,">')
}

/** `ready` is set to the time from the start of the script to the answer to the first request. */
const pageOf = (name) => `<!doctype html><link rel="icon" href="data:,"><script type="module">
const began = performance.now()
const { create } = await import('/out/${name}.js')
window.client = create(new URLSearchParams(location.search).get('place'))
window.first = () => client.get('/data').then((status) => ({ status, millis: performance.now() - began }))
if (new URLSearchParams(location.search).has('first')) window.answered = first()
window.loaded = true
</script>`
