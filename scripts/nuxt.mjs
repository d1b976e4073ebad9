import { cpSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { pack } from '../tests/package/project.mjs'
import { serveFolder as serveFiles } from '../tests/package/static.mjs'
import { fresh } from './fresh.mjs'
import { finish, serve } from './processes.mjs'
import { root, run } from './run.mjs'

const example = path.join(root, 'examples/nuxt')
const nuxt = path.join(root, 'node_modules/nuxt/bin/nuxt.mjs')
const generated = /[\\/](node_modules|\.nuxt|\.output|dist)$/

/** The origins of the API for the vaults. The build contains them. Each variant has its own, so that they can run at the same time. */
export const vaultApis = {
  vault: 'http://localhost:8787',
  'vault-dev': 'http://localhost:8797',
  generated: 'http://localhost:8807',
}

/** The ways to build and serve the example. */
export const variants = {
  bff: { env: { MODE: 'bff' } },
  vault: { env: { MODE: 'vault', VAULT_API: vaultApis.vault } },
  'bff-dev': { env: { MODE: 'bff' }, dev: true },
  'vault-dev': { env: { MODE: 'vault', VAULT_API: vaultApis['vault-dev'] }, dev: true },
  /** Static files only: each page has its shell. */
  generated: {
    env: { MODE: 'vault', VAULT_API: vaultApis.generated, VAULT_SSR: 'shell' },
    command: 'generate',
  },
  /** For Cloudflare Workers, with a base URL, and with additional pages for the tests. */
  workerd: {
    env: { MODE: 'bff', NITRO_PRESET: 'cloudflare-module', NUXT_APP_BASE_URL: '/field/' },
    more: 'tests/hosts/nuxt',
  },
}

async function copy(name, more) {
  const folder = path.join(root, 'target/nuxt', name)
  rmSync(folder, { recursive: true, force: true })
  cpSync(example, folder, { recursive: true, filter: (file) => !generated.test(file) })
  if (more) cpSync(path.join(root, more), folder, { recursive: true })
  const { file } = await pack()
  const installed = path.join(folder, 'node_modules/tokencell')
  mkdirSync(installed, { recursive: true })
  await run('tar', ['-xzf', file, '-C', installed, '--strip-components=1'])
  return folder
}

export async function buildNuxt(name) {
  const { env, dev, command = 'build', more } = variants[name]
  if (dev) return false
  const inputs = ['examples/nuxt', 'pkg', 'package.json', 'package-lock.json', 'scripts/nuxt.mjs']
  if (more) inputs.push(more)
  return fresh(`nuxt-${name}`, { inputs, outputs: [`target/nuxt/${name}/.output/nitro.json`] }, async () =>
    finish(nuxt, [command], { cwd: await copy(name, more), env }),
  )
}

/** Serves a variant on a port: `{ folder, output, end }`. A variant for development has its own copy. */
export async function serveNuxt(name, port, { api, secret, redis, tls, base } = {}) {
  const { env, dev, command } = variants[name]
  const folder = dev ? await copy(`${name}-${port}`) : path.join(root, 'target/nuxt', name)
  const shared = redis && { REDIS_URL: redis, NUXT_TOKENCELL_STORAGE: 'sessions' }
  const encrypted = tls && { NITRO_SSL_KEY: tls.key, NITRO_SSL_CERT: tls.cert }
  const placed = base && { NUXT_APP_BASE_URL: `${base}/` }
  const own = { PORT: String(port), HOST: 'localhost', ...shared, ...encrypted, ...placed }
  const options = {
    cwd: folder,
    env: { ...env, ...own, NUXT_TOKENCELL_API: api, NUXT_TOKENCELL_SECRET: secret },
  }
  const url = `${tls ? 'https' : 'http'}://localhost:${port}${base ?? ''}/about`
  const server = dev
    ? await serve(url, nuxt, ['dev', '--no-fork', '--host', 'localhost', '--port', String(port)], options)
    : command === 'generate'
      ? await serveFiles(path.join(folder, '.output/public'), port)
      : await serve(url, path.join(folder, '.output/server/index.mjs'), [], options)
  return {
    folder,
    output: server.output,
    async end() {
      await server.end()
      if (dev) rmSync(folder, { recursive: true, force: true })
    },
  }
}
