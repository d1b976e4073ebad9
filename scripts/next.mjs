import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { install, pack } from '../tests/package/project.mjs'
import { fresh } from './fresh.mjs'
import { finish, serve } from './processes.mjs'
import { root, run } from './run.mjs'

const example = path.join(root, 'examples/next')
const generated = /[\\/](node_modules|\.next|next-env\.d\.ts|[^\\/]*\.tsbuildinfo)$/

/** The origin of the API for the page with the vault. The build contains it. */
export const VAULT_API = 'http://localhost:8787'
const env = { NEXT_PUBLIC_API_URL: VAULT_API }

/** As `create-next-app` sets it: everything that depends on the request is below a `Suspense`: in the layout, and in each page. */
const cacheComponents = {
  'next.config.ts':
    'export default { poweredByHeader: false, devIndicators: false, cacheComponents: true, partialPrefetching: false }',
  'app/(app)/layout.tsx': `
    import { type ReactNode, Suspense } from 'react'
    import { Header } from '../../components/header'
    import { Providers } from '../../components/providers'
    import { auth } from '../../lib/auth'
    export default function AppLayout({ children }: { children: ReactNode }) {
      return <Suspense><WithSession>{children}</WithSession></Suspense>
    }
    async function WithSession({ children }: { children: ReactNode }) {
      return <Providers session={await auth.getSession()}><Header /><main>{children}</main></Providers>
    }`,
}

for (const page of ['page', 'admin/page', 'notes/page', 'sign-in/page'])
  cacheComponents[`app/(app)/${page}.tsx`] = (text) =>
    `import { Suspense } from 'react'
    ${text.replace('export default async function', 'async function')}
    export default function Page() { return <Suspense><${/async function (\w+Page)/.exec(text)[1]} /></Suspense> }`

const middleware = (runtime) => `
  import { auth } from './lib/auth'
  export const middleware = auth.proxy
  export const config = { ${runtime} matcher: ['/((?!api/|_next/static|_next/image|favicon.ico).*)'] }`

/**
 * The ways to build and serve the example. `bundler`: the flag for the bundler. `dev`: compiled on request. `files`: files to
 * add, to change by a function, or to omit if they are `null`. `more`: a folder of files to add. `project`: a project with another version of Next.
 */
export const variants = {
  turbopack: { bundler: '--turbopack' },
  webpack: { bundler: '--webpack' },
  'turbopack-dev': { bundler: '--turbopack', dev: true },
  'webpack-dev': { bundler: '--webpack', dev: true },
  'cache-components': { bundler: '--turbopack', files: cacheComponents },
  'cache-components-dev': { bundler: '--turbopack', dev: true, files: cacheComponents },
  /** Without proxy: only the pages themselves check the session. */
  unguarded: { bundler: '--turbopack', files: { 'proxy.ts': null } },
  /** As in a Docker image: built without the environment, served from the standalone output of Next, with a `basePath`. */
  standalone: { bundler: '--turbopack', isStandalone: true, base: '/field', more: 'tests/hosts/next' },
  'next-15': {
    project: 'next-15',
    files: { 'proxy.ts': null, 'middleware.ts': middleware("runtime: 'nodejs',") },
  },
  'next-15-edge': {
    project: 'next-15',
    // At the edge, no client of Redis works.
    files: {
      'proxy.ts': null,
      'middleware.ts': middleware(''),
      'lib/store.ts': 'export const store = undefined',
    },
  },
}

const binary = (folder, { project }) => path.join(project ? folder : root, 'node_modules/next/dist/bin/next')
const flags = ({ bundler }) => (bundler ? [bundler] : [])

const read = (folder, file) => readFileSync(path.join(folder, file), 'utf8')

/** A copy of the example with the package as it is published, and not as a link to its sources. */
async function copy(name, { project, more, files = {} }) {
  const folder = path.join(root, 'target/next', name)
  rmSync(folder, { recursive: true, force: true })
  cpSync(example, folder, { recursive: true, filter: (file) => !generated.test(file) })
  if (more) cpSync(path.join(root, more), folder, { recursive: true })
  for (const [file, text] of Object.entries(files))
    if (text === null) rmSync(path.join(folder, file))
    else writeFileSync(path.join(folder, file), typeof text === 'function' ? text(read(folder, file)) : text)
  const tarball = await pack()
  const modules = path.join(folder, 'node_modules')
  if (project) {
    cpSync(path.join(await install(project, tarball), 'node_modules'), modules, {
      recursive: true,
      verbatimSymlinks: true,
    })
  } else {
    mkdirSync(path.join(modules, 'tokencell'), { recursive: true })
    await run('tar', ['-xzf', tarball.file, '-C', path.join(modules, 'tokencell'), '--strip-components=1'])
  }
  return folder
}

/** The standalone output of Next, which repeats the path from the root. */
const standalone = (name) => path.join(root, 'target/next', name, '.next/standalone/target/next', name)

/** Builds a variant against pkg/, which must exist. Returns false if the build is up to date, or if the variant is compiled when it is served. */
export async function buildNext(name) {
  const variant = variants[name]
  if (variant.dev) return false
  const inputs = [
    'examples/next',
    'pkg',
    'package.json',
    'package-lock.json',
    'scripts/next.mjs',
    'tests/package/projects/next-15',
  ]
  if (variant.more) inputs.push(variant.more)
  return fresh(`next-${name}`, { inputs, outputs: [`target/next/${name}/.next/BUILD_ID`] }, async () => {
    const folder = await copy(name, variant)
    await finish(binary(folder, variant), ['build', ...flags(variant)], { cwd: folder, env })
    // Next does not copy this folder.
    if (variant.isStandalone)
      cpSync(path.join(folder, '.next/static'), path.join(standalone(name), '.next/static'), {
        recursive: true,
      })
  })
}

/** Serves a variant on a port: `{ folder, output, end }`. A variant for development has its own copy. */
export async function serveNext(name, port, { api, secret, redis } = {}) {
  const variant = variants[name]
  const folder = variant.dev ? await copy(`${name}-${port}`, variant) : path.join(root, 'target/next', name)
  const command = [...(variant.dev ? ['dev', ...flags(variant)] : ['start']), '--port', String(port)]
  const own = variant.isStandalone && { PORT: String(port), HOSTNAME: 'localhost' }
  const options = {
    cwd: folder,
    env: { ...env, ...own, API_URL: api, AUTH_SECRET: secret, REDIS_URL: redis },
  }
  const [script, args] = variant.isStandalone
    ? [path.join(standalone(name), 'server.js'), []]
    : [binary(folder, variant), command]
  const server = await serve(`http://localhost:${port}${variant.base ?? ''}/about`, script, args, options)
  return {
    folder,
    output: server.output,
    async end() {
      await server.end()
      if (variant.dev) rmSync(folder, { recursive: true, force: true })
    },
  }
}
