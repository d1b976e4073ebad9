import path from 'node:path'
import { fresh } from './fresh.mjs'
import { example, importFrom } from './packages.mjs'
import { root } from './run.mjs'

/** The files that the documentation serves unchanged: the demo, in a folder of its own. */
export const served = path.join(root, 'target/served')

const source = path.join(root, 'site/demo')
const folder = path.join(served, 'demo')

/** Builds the Vue example with a service worker as its API. Needs the built package. Returns false if it is up to date. */
export function buildDemo() {
  const inputs = ['site/demo', 'scripts/demo.mjs', 'examples/vue/src', 'examples/api/src/seeds.js']
  const options = { inputs: [...inputs, 'pkg', 'package-lock.json'], outputs: ['target/served/demo'] }
  return fresh('demo', options, async () => {
    await buildPage()
    await buildWorker()
  })
}

// Without the warning about slow plugins, which a busy machine causes.
const rolldownOptions = { checks: { bundlerTimings: false } }

async function buildPage() {
  const { folder: vueExample } = example('vue')
  const { build } = await importFrom(vueExample, 'vite')
  const { default: vue } = await importFrom(vueExample, '@vitejs/plugin-vue')
  await build({
    root: source,
    base: '/demo/',
    configFile: false,
    logLevel: 'warn',
    plugins: [vue()],
    define: { 'import.meta.env.VITE_DOCS': '"/"' },
    worker: { format: 'es', rolldownOptions },
    build: {
      outDir: folder,
      emptyOutDir: true,
      rolldownOptions,
    },
  })
}

/** One classic script in the folder of the page: its place is its scope, and not every browser runs modules as service workers. */
async function buildWorker() {
  // Imported here, because these scripts also install it.
  const { build } = await import('esbuild')
  await build({
    entryPoints: [path.join(source, 'worker.js')],
    outfile: path.join(folder, 'worker.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    logLevel: 'warning',
  })
}
