import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runWithNuxtContext } from '@nuxt/kit'
import type { Nuxt, NuxtPage } from '@nuxt/schema'
import { consola } from 'consola'
import { createHooks } from 'hookable'
import { afterEach, expect, test, vi } from 'vitest'
import tokencell, { type ModuleOptions } from '../../js/nuxt/module.js'
import { SECRET } from './server/browser.js'

const folders: string[] = []
afterEach(() => {
  vi.unstubAllEnvs()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function newFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-nuxt-'))
  folders.push(folder)
  return folder
}

/**
 * An application that has this module, with the members that Nuxt gives to modules.
 *
 * @param more other options of nuxt.config
 */
async function install(tokencellOptions: object, more: object = {}) {
  const hooks = createHooks()
  const options = {
    buildDir: '',
    dev: false,
    build: { transpile: [] },
    experimental: {},
    optimization: { keyedComposables: [] },
    runtimeConfig: { public: {} },
    plugins: [],
    serverHandlers: [],
    nitro: {},
    vite: {},
    modulesDir: [],
    _layers: [],
    ...more,
  }
  const nuxt = { _version: '4.4.5', hooks, hook: hooks.hook, callHook: hooks.callHook, options }
  await runWithNuxtContext(nuxt as unknown as Nuxt, () =>
    tokencell(tokencellOptions as ModuleOptions, nuxt as unknown as Nuxt),
  )
  return {
    call: (name: string, ...args: unknown[]) => hooks.callHook(name, ...args),
    // biome-ignore lint/suspicious/noExplicitAny: a test reads a few members of a very large type
    options: options as any,
  }
}

const BFF = { mode: 'bff', api: 'https://api.example.com', signIn: '/login' }
const VAULT = { mode: 'vault', origins: ['https://api.example.com'], signIn: 'https://api.example.com/login' }

/** Whether a file of the runtime exists, by the name that it has when it is compiled. */
const isOurs = (file: string) => existsSync(file.replace(/(\.d\.ts|\.js)$/, '.ts'))

const nameOf = (file: string) => path.basename(file)

test.each([{}, { mode: 'server' }])('nuxt.config without a valid mode is refused: %j', async (options) => {
  await expect(install(options)).rejects.toMatchObject({ code: 'mode-missing', option: 'mode' })
})

test.each([
  ['a page that is no path', { pages: { signIn: 'sign-in' } }, 'pages.signIn'],
  ['headers that are a function', { headers: () => ({}) }, 'headers'],
  ['a rule of the proxy that is no path', { proxy: ['api/**'] }, 'proxy'],
  ['a secret that is too short', { secret: 'too short' }, 'secret'],
  ['an API that is no origin', { api: 'api.example.com' }, 'api'],
])('an error in nuxt.config stops the build, and names the option: %s', async (_, more, option) => {
  await expect(install({ ...BFF, ...more })).rejects.toMatchObject({
    option: expect.stringContaining(option),
  })
})

test('the API and the secret may be missing while the application is built', async () => {
  const { options } = await install({ mode: 'bff', api: '', signIn: '/login' })
  expect(options.runtimeConfig.tokencell).toEqual({ storage: '', api: '', signIn: '/login', secret: '' })
})

test('pages get the mode, the path of the session, their own pages and the roles, and nothing else', async () => {
  const plain = await install({ ...BFF, secret: SECRET })
  expect(plain.options.runtimeConfig.public.tokencell).toEqual({
    mode: 'bff',
    basePath: '/api/auth',
    pages: { signIn: '/sign-in', home: '/' },
    global: false,
    roles: undefined,
  })
  const pages = { signIn: '/login', forbidden: '/no' }
  const own = { basePath: '/auth', pages, global: true, roles: 'claims.scope' }
  const { options } = await install({ ...BFF, ...own })
  expect(options.runtimeConfig.public.tokencell).toEqual({
    ...own,
    mode: 'bff',
    pages: { home: '/', ...pages },
  })
  const vault = await install({ ...VAULT, basePath: '/auth' })
  expect(vault.options.runtimeConfig.public.tokencell).toMatchObject({ mode: 'vault', basePath: '/api/auth' })
})

test('the server gets its options and the secret, without those of the pages', async () => {
  const own = { pages: { signIn: '/login' }, global: true, roles: 'claims.scope' }
  const { options } = await install({ ...BFF, ...own, secret: SECRET, storage: 'sessions' })
  const { mode: _, ...rest } = BFF
  expect(options.runtimeConfig.tokencell).toEqual({ ...rest, secret: SECRET, storage: 'sessions' })
})

/** What the application writes to the console while it is built. */
async function logged(work: () => Promise<unknown>) {
  const lines: string[] = []
  const reporter = {
    log: ({ args, tag }: { args: unknown[]; tag: string }) => void lines.push(`${tag}: ${args}`),
  }
  const { level } = consola
  consola.level = 3
  consola.addReporter(reporter)
  await work()
  consola.removeReporter(reporter)
  consola.level = level
  return lines
}

test('in development, an application without a secret gets a new random one, and a note of that', async () => {
  const secrets: string[] = []
  const start = async (more: object = {}) => {
    const { options } = await install({ ...BFF, ...more }, { dev: true })
    secrets.push(options.runtimeConfig.tokencell.secret)
  }
  const lines = await logged(async () => {
    await start()
    await start()
  })
  expect(lines).toEqual(Array(2).fill(expect.stringMatching(/^tokencell: .*Set NUXT_TOKENCELL_SECRET/)))
  expect(secrets.map((secret) => Buffer.from(secret, 'base64').length)).toEqual([32, 32])
  expect(secrets[0]).not.toBe(secrets[1])
  expect(await logged(() => start({ secret: SECRET }))).toEqual([])
  expect(secrets[2]).toBe(SECRET)
  vi.stubEnv('NUXT_TOKENCELL_SECRET', SECRET)
  expect(await logged(() => start())).toEqual([])
  expect(await logged(() => install(BFF))).toEqual([])
})

test('the server answers the routes of the session and the paths of the proxy, each once', async () => {
  const proxy = ['/api/v1/**', 'GET /api/v1/**', 'POST /api/v2/notes']
  const { options } = await install({ ...BFF, basePath: '/auth', proxy })
  const handlers = options.serverHandlers as { route: string; handler: string }[]
  expect(handlers.map(({ route }) => route)).toEqual(['/auth/**', '/api/v1', '/api/v1/**', '/api/v2/notes'])
  for (const { handler } of handlers) expect([nameOf(handler), isOurs(handler)]).toEqual(['handler.js', true])
  expect((await install(BFF)).options.serverHandlers).toHaveLength(1)
  expect((await install(VAULT)).options.serverHandlers).toEqual([])
})

test('each mode has its plugins, and only a server has one of Nitro', async () => {
  const pluginsOf = ({ options }: Awaited<ReturnType<typeof install>>) =>
    (options.plugins as { src: string; mode: string }[]).map(({ src, mode }) => [
      nameOf(src),
      mode,
      isOurs(src),
    ])
  const bff = await install(BFF)
  expect(pluginsOf(bff).sort()).toEqual([
    ['bff.client.js', 'client', true],
    ['bff.server.js', 'server', true],
  ])
  expect(bff.options.nitro.plugins.map((file: string) => [nameOf(file), isOurs(file)])).toEqual([
    ['plugin.js', true],
  ])
  const vault = await install(VAULT)
  expect(pluginsOf(vault)).toEqual([['vault.js', 'all', true]])
  expect(vault.options.nitro).toEqual({})
})

test('pages and server routes import the composables and the functions of the module by name', async () => {
  const { call, options } = await install(BFF)
  const imports: { name: string; from: string }[] = []
  await call('imports:extend', imports)
  expect(imports.map(({ name }) => name)).toEqual(['useAuth', 'useAuthFetch', '$authFetch'])
  const config = { imports: { imports: [] as typeof imports } }
  await call('nitro:config', config)
  expect(config.imports.imports.map(({ name, from }) => [name, nameOf(from)])).toEqual([
    ['useServerAuth', 'session.js'],
    ['defineBffOptions', 'define.js'],
  ])
  const [keyed] = options.optimization.keyedComposables
  expect(keyed).toMatchObject({ name: 'useAuthFetch', argumentLength: 3, source: imports[0]?.from })
  for (const { from } of [...imports, ...config.imports.imports]) expect(isOurs(from), from).toBe(true)
})

test('pages may name the middleware `auth` and `guest`', async () => {
  const { call } = await install(BFF)
  const app = { middleware: [] as { name: string; path: string }[] }
  await call('app:resolve', app)
  expect(app.middleware.map(({ name, path: file }) => [name, isOurs(file)])).toEqual([
    ['auth', true],
    ['guest', true],
  ])
})

test('Nuxt compiles the runtime and the WebAssembly, also from node_modules', async () => {
  const { options } = await install(BFF)
  const [runtime, wasm] = options.build.transpile as [string, RegExp]
  expect(existsSync(runtime)).toBe(true)
  expect(wasm.test('/app/node_modules/tokencell/pkg/vault/vault.js')).toBe(true)
  expect(wasm.test('C:\\app\\node_modules\\tokencell\\pkg\\vault\\vault.js')).toBe(true)
  expect(wasm.test('/app/node_modules/other/pkg/vault.js')).toBe(false)
})

test('composables find their app after an `await`, unless nuxt.config turns this off', async () => {
  const asyncOf = ({ options }: Awaited<ReturnType<typeof install>>) => [
    options.experimental.asyncContext,
    options.nitro.experimental?.asyncContext,
  ]
  expect(asyncOf(await install(BFF))).toEqual([true, true])
  const off = { asyncContext: false }
  expect(asyncOf(await install(BFF, { experimental: off, nitro: { experimental: off } }))).toEqual([
    false,
    false,
  ])
  const more = await install(BFF, { nitro: { experimental: { websocket: true } } })
  expect(more.options.nitro.experimental).toEqual({ asyncContext: true, websocket: true })
})

test('each TypeScript project of Nuxt gets the types that its files need', async () => {
  const { call } = await install(BFF)
  type References = { path: string }[]
  const types = {
    references: [] as References,
    nodeReferences: [] as References,
    sharedReferences: [] as References,
  }
  const nitro = { references: [] as References }
  await call('prepare:types', types)
  await call('nitro:prepare:types', nitro)
  const namesOf = (references: References) => references.map(({ path: file }) => [nameOf(file), isOurs(file)])
  const ofConfig = ['config-types.d.ts', true]
  expect(namesOf(types.references)).toEqual([['types.d.ts', true], ofConfig])
  for (const references of [types.nodeReferences, types.sharedReferences, nitro.references])
    expect(namesOf(references)).toEqual([ofConfig])
})

test('functions of the server come from `server/tokencell` of the first layer that has this file', async () => {
  const [own, base, last] = [newFolder(), newFolder(), newFolder()]
  const layers = [own, base, last].map((rootDir) => ({ cwd: rootDir, config: { rootDir } }))
  for (const folder of [base, last]) {
    mkdirSync(path.join(folder, 'server'))
    writeFileSync(path.join(folder, 'server/tokencell.ts'), '')
  }
  const { options } = await install(BFF, {
    rootDir: own,
    srcDir: own,
    _layers: layers,
    extensions: ['.ts'],
    alias: {},
  })
  const contents = async () => {
    const nuxt = { options } as unknown as Nuxt
    return runWithNuxtContext(nuxt, () => options.nitro.virtual['#tokencell/options']())
  }
  expect(await contents()).toBe(`export { default } from ${JSON.stringify(`${base}/server/tokencell.ts`)}`)
  for (const folder of [base, last]) rmSync(path.join(folder, 'server'), { recursive: true })
  expect(await contents()).toBe('export default {}')
})

test('with a vault, the build writes the worker with its options, and the client that starts it', async () => {
  const buildDir = newFolder()
  const { call } = await install({ ...VAULT, ssr: 'shell', global: true, pages: { home: '/' } }, { buildDir })
  await call('build:before')
  const read = (file: string) => readFileSync(path.join(buildDir, 'tokencell', file), 'utf8')
  const { mode: _, ...vault } = VAULT
  const [, json = ''] = /openVault\((.*)\)\n$/.exec(read('auth.vault.ts')) ?? []
  expect(JSON.parse(json)).toEqual(vault)
  expect(read('auth.vault.ts')).toContain("import { openVault } from 'tokencell/vault'")
  const worker = "Worker(new URL('./auth.vault.ts', import.meta.url), { type: 'module'"
  expect(read('auth.ts')).toContain(`shared: () => new Shared${worker}, extendedLifetime: true })`)
  expect(read('auth.ts')).toContain(`worker: () => new ${worker} })`)
})

test('with a vault, Vite builds workers as modules, and leaves the package as it is', async () => {
  const vite = { worker: { plugins: [] }, optimizeDeps: { include: ['a'], exclude: ['b'] } }
  const { options } = await install(VAULT, { vite })
  expect(options.vite.worker).toEqual({ plugins: [], format: 'es' })
  expect(options.vite.optimizeDeps).toEqual({
    include: ['a'],
    exclude: ['b', 'tokencell', 'tokencell/vault'],
  })
  const plain = await install(VAULT)
  expect(plain.options.vite.optimizeDeps).toEqual({ exclude: ['tokencell', 'tokencell/vault'] })
})

const page = (url: string, meta?: object, children?: NuxtPage[]) =>
  ({ path: url, ...(meta && { meta }), ...(children && { children }) }) as NuxtPage

/** The paths of the pages that only the browser renders. */
async function renderedInBrowser(options: object, pages: NuxtPage[]) {
  const { call } = await install(options)
  await call('pages:resolved', pages)
  const paths = (list: NuxtPage[]): string[] =>
    list.flatMap(({ path: url, mode, children = [] }) => [
      ...(mode === 'client' ? [url] : []),
      ...paths(children),
    ])
  return paths(pages)
}

test('with a vault, pages that require sign-in are rendered in the browser, where the session is known', async () => {
  const pages = () => [
    page('/'),
    page('/notes', { auth: true }, [page('new'), page('own', { auth: true })]),
    page('/guests', { auth: 'guest' }),
    page('/team', {}, [page('admin', { auth: { roles: ['admin'] } })]),
    page('/sign-in'),
  ]
  expect(await renderedInBrowser(VAULT, pages())).toEqual(['/notes', 'own', '/guests', 'admin'])
  expect(await renderedInBrowser({ ...VAULT, ssr: 'shell' }, pages())).toEqual([])
  expect(await renderedInBrowser(BFF, pages())).toEqual([])
  const closed = await renderedInBrowser({ ...VAULT, global: true }, [
    page('/'),
    page('/sign-in'),
    page('/about', { auth: false }),
  ])
  expect(closed).toEqual(['/'])
})

test('with a vault, Nuxt reads `auth` of each page when it builds', async () => {
  const keysOf = async (options: object, experimental: object = {}) =>
    (await install(options, { experimental })).options.experimental.extraPageMetaExtractionKeys
  expect(await keysOf(VAULT)).toEqual(['auth'])
  expect(await keysOf(VAULT, { extraPageMetaExtractionKeys: ['title'] })).toEqual(['title', 'auth'])
  expect(await keysOf(BFF)).toBeUndefined()
})
