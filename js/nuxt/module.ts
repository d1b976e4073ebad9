import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import {
  addImports,
  addPlugin,
  addRouteMiddleware,
  addServerHandler,
  addServerImports,
  addServerPlugin,
  addServerTemplate,
  createResolver,
  defineNuxtModule,
  findPath,
  getLayerDirectories,
  useLogger,
} from '@nuxt/kit'
import type { Nuxt } from '@nuxt/schema'
import { adapterError } from '../adapters/errors.js'
import { resolveOptions } from '../server/options.js'
import { createProxy } from '../server/proxy.js'
import type { BffModeOptions, ModuleOptions, PublicOptions, VaultModeOptions } from './options.js'
import { checkHeaders, checkPages } from './pages.js'
import { routesOf } from './routes.js'
import { isGlobalFor, ruleOf } from './rule.js'

export type { BffFileOptions, ModuleOptions, PageAuth } from './options.js'
export type { AppOptions, AppPage, ConfiguredPage } from './pages.js'

declare module '@nuxt/schema' {
  interface NuxtConfig {
    tokencell?: ModuleOptions
  }
  interface NuxtOptions {
    tokencell?: ModuleOptions
  }
}

/** Used as `modules: ['tokencell']`, with one block `tokencell` in `nuxt.config`. */
export default defineNuxtModule<ModuleOptions>({
  meta: { name: 'tokencell', configKey: 'tokencell', compatibility: { nuxt: '>=4.0.0' } },
  setup(options, nuxt) {
    if (options.mode !== 'vault' && options.mode !== 'bff')
      throw adapterError('mode-missing', { option: 'mode' })
    checkPages(options.pages)
    checkHeaders((options as { headers?: unknown }).headers)
    const { resolve } = createResolver(import.meta.url)
    nuxt.options.build.transpile.push(resolve('./runtime'), /[\\/]tokencell[\\/]pkg[\\/]/)
    // With this, composables find their app after an `await`, on the server, too.
    nuxt.options.experimental.asyncContext ??= true

    const publicOptions = shownOf(options)
    nuxt.options.runtimeConfig.public.tokencell = publicOptions as never
    if (options.mode === 'vault') setUpVault(options, publicOptions, nuxt, resolve)
    else setUpBff(options, publicOptions, nuxt, resolve)

    for (const name of ['auth', 'guest'])
      addRouteMiddleware({ name, path: resolve('./runtime/middleware.js') })
    const from = resolve('./runtime/composables.js')
    addImports(['useAuth', 'useAuthFetch', '$authFetch'].map((name) => ({ name, from })))
    // Each call has its own key, as with `useFetch`.
    nuxt.options.optimization.keyedComposables.push({ name: 'useAuthFetch', argumentLength: 3, source: from })
    addTypes(resolve, nuxt)
  },
})

type Resolve = ReturnType<typeof createResolver>['resolve']

/** The options that pages get. */
function shownOf(options: ModuleOptions): PublicOptions {
  const { mode, pages, global = false, roles } = options
  const basePath = (mode === 'bff' && options.basePath) || '/api/auth'
  return { mode, basePath, pages: { signIn: '/sign-in', home: '/', ...pages }, global, roles }
}

/** The options for the vault or the server, without the module's own options. */
function partOf<Options extends ModuleOptions>({
  mode: _,
  pages: __,
  global: ___,
  roles: ____,
  ...rest
}: Options) {
  return rest
}

/** Writes the two files that an application without this module writes itself. */
function setUpVault(options: VaultModeOptions, publicOptions: PublicOptions, nuxt: Nuxt, resolve: Resolve) {
  const { ssr = 'wait', ...vault } = partOf(options)
  const url = `new URL('./auth.vault.ts', import.meta.url)`
  const files = {
    'auth.vault.ts': `import { openVault } from 'tokencell/vault'
export default openVault(${JSON.stringify(vault)})
`,
    'auth.ts': `import { type AuthOptions, createAuth } from 'tokencell'
export const connect = (options: Pick<AuthOptions, 'headers'>) => createAuth({
  ...options,
  shared: () => new SharedWorker(${url}, { type: 'module', extendedLifetime: true }),
  worker: () => new Worker(${url}, { type: 'module' }),
})
`,
  }
  // Templates are virtual modules. Vite cannot find a worker that is next to a virtual module.
  nuxt.hook('build:before', () => {
    const folder = path.join(nuxt.options.buildDir, 'tokencell')
    mkdirSync(folder, { recursive: true })
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
  })
  addPlugin(resolve('./runtime/vault.js'))
  if (ssr === 'wait') addPlaceholders(publicOptions, nuxt)
  nuxt.options.vite.worker = { ...nuxt.options.vite.worker, format: 'es' }
  nuxt.options.vite.optimizeDeps = { ...nuxt.options.vite.optimizeDeps }
  nuxt.options.vite.optimizeDeps.exclude = [
    ...(nuxt.options.vite.optimizeDeps.exclude ?? []),
    'tokencell',
    'tokencell/vault',
  ]
}

/** Pages that require sign-in are rendered in the browser: only the browser knows the session. */
function addPlaceholders(publicOptions: PublicOptions, nuxt: Nuxt) {
  nuxt.options.experimental.extraPageMetaExtractionKeys ??= []
  nuxt.options.experimental.extraPageMetaExtractionKeys.push('auth')
  nuxt.hook('pages:resolved', (pages) => {
    const visit = (list: typeof pages) => {
      for (const page of list) {
        const rule = ruleOf(page.meta ?? {}, isGlobalFor(publicOptions, page))
        if (Object.values(rule).some(Boolean)) page.mode = 'client'
        visit(page.children ?? [])
      }
    }
    visit(pages)
  })
}

function setUpBff(options: BffModeOptions, { basePath }: PublicOptions, nuxt: Nuxt, resolve: Resolve) {
  const { secret, ...bff } = partOf(options)
  const { dev } = nuxt.options
  checkBff(bff, secret)
  if (dev && !secret && !process.env.NUXT_TOKENCELL_SECRET) {
    useLogger('tokencell').info(
      'No secret is set, so all sessions end with this process. Set NUXT_TOKENCELL_SECRET to keep them.',
    )
  }
  nuxt.options.runtimeConfig.tokencell = {
    // When the server starts, environment variables can replace the options that exist here.
    storage: '',
    ...bff,
    secret: secret ?? (dev ? randomBytes(32).toString('base64') : ''),
  } as never
  addPlugin({ src: resolve('./runtime/bff.client.js'), mode: 'client' })
  addPlugin({ src: resolve('./runtime/bff.server.js'), mode: 'server' })
  const handler = resolve('./runtime/server/handler.js')
  for (const route of new Set([`${basePath}/**`, ...(options.proxy ?? []).flatMap(routesOf)]))
    addServerHandler({ route, handler })
  const from = resolve('./runtime/server/session.js')
  addServerPlugin(resolve('./runtime/server/plugin.js'))
  addServerImports([
    { name: 'useServerAuth', from },
    { name: 'defineBffOptions', from: resolve('./runtime/server/define.js') },
  ])
  addServerTemplate({ filename: '#tokencell/options', getContents: () => importOfFile(nuxt) })
  const { nitro } = nuxt.options as unknown as { nitro: { experimental?: object } }
  nitro.experimental = { asyncContext: true, ...nitro.experimental }
}

/**
 * Reports errors in the options when the application is built, except for values that are known only when it runs.
 *
 * @throws AuthError that names the option
 */
function checkBff(bff: Omit<BffModeOptions, 'mode'>, secret: string | undefined) {
  const { storage: _, ...known } = bff
  const options = {
    ...known,
    api: bff.api || 'http://localhost',
    secret: secret || randomBytes(32).toString('base64'),
  }
  createProxy(resolveOptions(options))
}

/** The functions of the application, from `server/tokencell.ts` of the first layer that has one. */
async function importOfFile(nuxt: Nuxt): Promise<string> {
  const places = getLayerDirectories(nuxt).map(({ server }) => path.join(server, 'tokencell'))
  const file = await findPath(places, undefined, 'file')
  return file ? `export { default } from ${JSON.stringify(file)}` : 'export default {}'
}

/**
 * The types of app.config are added to every TypeScript project that Nuxt creates, because each of them reads that file.
 */
function addTypes(resolve: Resolve, nuxt: Nuxt) {
  const ofApp = { path: resolve('./runtime/types.d.ts') }
  const ofConfig = { path: resolve('./runtime/config-types.d.ts') }
  nuxt.hook('prepare:types', ({ references, nodeReferences, sharedReferences }) => {
    references.push(ofApp, ofConfig)
    nodeReferences.push(ofConfig)
    sharedReferences.push(ofConfig)
  })
  nuxt.hook(
    'nitro:prepare:types' as never,
    (({ references }: { references: object[] }) => {
      references.push(ofConfig)
    }) as never,
  )
}
