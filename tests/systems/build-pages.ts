import { copyFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { build, type Plugin } from 'esbuild'
import type { Where } from '../e2e/site.js'
import type { FrontName } from './pages/front.js'

/** Where a session is kept: in a vault, or on the server of the pages. */
export type Place = Where | 'bff'

const root = path.resolve(import.meta.dirname, '../..')
const pages = path.join(import.meta.dirname, 'pages')

interface Options {
  front: FrontName
  where: Place
  /** The origin of the API, for pages on another one. Without it, page and API share an origin. */
  api?: string
  /** Where the pages are written. */
  folder: string
}

/** Bundles the pages of a system with its vault file. */
export async function buildPages({ front, where, api, folder }: Options): Promise<void> {
  const vault = path.join(import.meta.dirname, `vaults/${front}.vault.ts`)
  await mkdir(path.join(folder, 'wasm'), { recursive: true })
  await copyFile(path.join(pages, 'index.html'), path.join(folder, 'index.html'))
  await copyFile(path.join(root, 'pkg/wasm/core_bg.wasm'), path.join(folder, 'wasm/core_bg.wasm'))
  await build({
    entryPoints: { main: path.join(pages, 'main.ts'), ...(where === 'bff' ? {} : { 'auth.vault': vault }) },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    external: ['/auth.vault.js'],
    alias: { vue: 'vue/dist/vue.esm-bundler.js' },
    define: {
      __WHERE__: JSON.stringify(where),
      __FRONT__: JSON.stringify(front),
      __API__: JSON.stringify(api ?? ''),
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      'process.env.NODE_ENV': '"production"',
    },
    plugins: [ours(await exportsOfPackage()), calling(api, where)],
    logLevel: 'error',
  })
}

/**
 * Bundles the server file of a system.
 *
 * @param file where the bundle is written
 */
export async function buildServer({
  front,
  api,
  file,
}: Pick<Required<Options>, 'api' | 'front'> & { file: string }) {
  await build({
    entryPoints: [path.join(import.meta.dirname, `servers/${front}.server.ts`)],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    define: { 'process.env.AUTH_SECRET': JSON.stringify(SECRET) },
    plugins: [ours(await exportsOfPackage()), calling(api, 'bff')],
    logLevel: 'error',
  })
}

/** Seals the session cookies of these servers. */
export const SECRET = 'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR1oQyVtMx5iA='

/** The API of this test instead of the one in the vault files and server files; and the permission to run in a page. */
const calling = (api: string | undefined, where: Place): Plugin => ({
  name: 'api',
  setup({ onLoad }) {
    onLoad({ filter: /\.(server|vault)\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8')
      const here = where === 'page' ? text.replace('openVault({', 'openVault({ page: true,') : text
      return { contents: here.replace('https://api.example.com', api ?? '$&'), loader: 'ts' }
    })
  },
})

type Exports = Record<string, { default: string }>

/** The package of this folder: in a second work tree, node_modules has the one of the first. */
const ours = (exports: Exports): Plugin => ({
  name: 'tokencell',
  setup({ onResolve }) {
    onResolve({ filter: /^tokencell(\/|$)/ }, ({ path: name }) => ({
      path: path.join(root, exports[name.replace('tokencell', '.')]?.default ?? name),
    }))
  },
})

const exportsOfPackage = async (): Promise<Exports> =>
  JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')).exports
