import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const { exports, peerDependencies, peerDependenciesMeta, dependencies } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
)
const entries = Object.entries(exports as Record<string, string | { default: string }>).flatMap(
  ([name, target]) => (typeof target === 'object' ? [[name, target.default] as const] : []),
)

/** What an entry may import from outside its package. Each entry may import its own framework only. */
const frameworks: Record<string, string[]> = {
  './testing/playwright': ['node:fs/promises', 'node:path'],
  './devtools': ['@vue/devtools-api'],
  './next': ['next/headers.js', 'next/dist/api/navigation.react-server.js', 'next/server.js'],
  './nuxt': ['@nuxt/kit', 'node:crypto', 'node:fs', 'node:path'],
  './pinia': ['pinia', 'vue'],
  './react': ['react', 'react/jsx-runtime'],
  './router': ['vue-router'],
  './vue': ['vue'],
}
/** The runtime of the module runs inside an app. It may import what every Nuxt app has, which the first name stands for. */
const withNuxt = ['nuxt']
const insideNuxt = [...withNuxt, '#build', '#tokencell', 'h3', 'nitropack', 'ofetch', 'vue', 'vue-router']
/** Code for servers may import libraries. Code for browsers may not. */
const libraries = ['cookie', 'jose', 'lru-cache']
const onServer = ['./next', './server']
/** The command line may also import these: it reads cookies and public suffixes as browsers do. */
const ofDoctor = ['tldts', 'tough-cookie']

async function bundle(file: string) {
  const { metafile } = await build({
    entryPoints: [path.join(root, file)],
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    outdir: 'bundle',
    packages: 'external',
    metafile: true,
    write: false,
    logLevel: 'error',
  })
  const outputs = Object.values(metafile.outputs)
  const imports = outputs.flatMap((output) => output.imports.filter(({ external }) => external))
  return {
    foreign: [...new Set(imports.map((it) => it.path))].sort(),
    own: Object.keys(metafile.inputs),
    exported: outputs.flatMap((output) => output.exports),
  }
}

test.each(entries)('%s imports its framework and no other package', async (name, file) => {
  const ofServers = onServer.includes(name) ? libraries : []
  const allowed = [...ofServers, ...(frameworks[name] ?? [])].sort()
  expect((await bundle(file)).foreign).toEqual(allowed)
})

test('the runtime of the Nuxt module imports only packages that every Nuxt app has', async () => {
  const files = readdirSync(path.join(root, 'pkg/nuxt/runtime'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => `pkg/nuxt/runtime/${file}`)
  expect(files.length).toBeGreaterThan(5)
  for (const file of files) {
    const { foreign } = await bundle(file)
    const isServers = file.includes('/runtime/server/')
    const allowed = [...insideNuxt, ...(isServers ? libraries : [])]
    const others = foreign.filter((name) => !allowed.includes(name.split('/')[0] ?? ''))
    expect([file, others]).toEqual([file, []])
  }
})

test.each(entries.filter(([name]) => name !== './vault'))(
  '%s contains no vault and no WebAssembly',
  async (_, file) => {
    const { own } = await bundle(file)
    expect(own.filter((input) => /^pkg\/(vault|wasm)\//.test(input))).toEqual([])
  },
)

test('no entry exports a name that contains "token", "jwt" or "bearer"', async () => {
  for (const [, file] of entries) {
    const { exported } = await bundle(file)
    expect(exported.filter((name) => /token|jwt|bearer/i.test(name))).toEqual([])
  }
})

test('doctor imports its own libraries and those of servers, and contains no vault', async () => {
  const { foreign, own } = await bundle('pkg/doctor/cli.js')
  const others = foreign.filter((name) => !name.startsWith('node:'))
  expect(others).toEqual([...libraries.filter((name) => others.includes(name)), ...ofDoctor])
  expect(own.filter((input) => /^pkg\/(vault|wasm)\//.test(input))).toEqual([])
})

test('the package depends on three libraries for servers and two for doctor, and every framework is an optional peer', () => {
  expect(Object.keys(dependencies)).toEqual([...libraries, ...ofDoctor])
  const packageOf = (name: string) => name.match(/^(@[^/]+\/)?[^/]+/)?.[0]
  const foreign = [...Object.values(frameworks).flat(), ...withNuxt].filter(
    (name) => !name.startsWith('node:'),
  )
  // Only the types of Playwright are used.
  const needed = new Set([...foreign, '@playwright/test'].map(packageOf))
  expect(new Set(Object.keys(peerDependencies))).toEqual(needed)
  for (const name of needed) expect(peerDependenciesMeta[name ?? '']).toEqual({ optional: true })
})
