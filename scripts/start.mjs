import { randomBytes } from 'node:crypto'
import { installPrograms } from './browsers.mjs'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { buildNext, serveNext, VAULT_API } from './next.mjs'
import { buildNuxt, serveNuxt } from './nuxt.mjs'
import { example, importFrom } from './packages.mjs'
import { startRails } from './rails.mjs'
import { Failure, program, seconds } from './run.mjs'
import { buildExample, serveExample } from './serve.mjs'

// The accounts of examples/api.
const accounts = `  ada@example.com  correct horse   (admin, editor)
  bob@example.com  battery staple  (user)`

async function startApi({ settings = {}, ...options } = {}) {
  const { folder } = example('api') ?? {}
  if (!folder) throw new Failure('examples/api is missing: run git checkout examples')
  const { createApi } = await importFrom(folder, './src/api.js')
  return createApi(settings).listen({ host: 'localhost', ...options })
}

async function bundled(work) {
  const began = performance.now()
  console.log(`  example   ${(await work) ? seconds(began) : 'fresh'}`)
}

/** Each function serves one example on a port, with its API: `{ url, close }`. */
const examples = {
  async vue(port, { dev }) {
    if (!dev) await bundled(buildExample())
    // The page has buttons that order failures at the control port.
    const api = await startApi({ controlPort: 0 })
    const site = await serveExample({ port, mode: dev ? 'dev' : 'preview', api }).catch(async (error) => {
      await api.close()
      throw error
    })
    return { url: site.url, close: () => Promise.all([site.close(), api.close()]) }
  },
  /** The same page, with Rails as its API. Rails has no control port, so the page cannot order failures. */
  async rails(port, { dev }) {
    await installPrograms(['rails'])
    if (!dev) await bundled(buildExample())
    const { url, end } = await startRails()
    const site = await serveExample({
      port,
      mode: dev ? 'dev' : 'preview',
      api: { url },
    }).catch(async (error) => {
      await end()
      throw error
    })
    return { url: site.url, close: () => Promise.all([site.close(), end()]) }
  },
  async next(port, { dev }) {
    const variant = dev ? 'turbopack-dev' : 'turbopack'
    await bundled(buildNext(variant))
    const url = `http://localhost:${port}`
    // On this port, because the build of the page with the vault contains its URL.
    const api = await startApi({ settings: { corsOrigins: [url] }, port: Number(new URL(VAULT_API).port) })
    const secret = randomBytes(32).toString('base64')
    const site = await serveNext(variant, port, { api: api.url, secret }).catch(async (error) => {
      await api.close()
      throw error
    })
    return { url, close: () => Promise.all([site.end(), api.close()]) }
  },
  async nuxt(port, { dev }) {
    const variant = dev ? 'bff-dev' : 'bff'
    await bundled(buildNuxt(variant))
    const api = await startApi()
    const secret = randomBytes(32).toString('base64')
    const site = await serveNuxt(variant, port, { api: api.url, secret }).catch(async (error) => {
      await api.close()
      throw error
    })
    return { url: `http://localhost:${port}`, close: () => Promise.all([site.end(), api.close()]) }
  },
}

function endOnSignal(server) {
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, async () => {
      // A browser tab may keep its connection open.
      setTimeout(() => process.exit(0), 4000).unref()
      await server.close()
      process.exit(0)
    })
}

await program(import.meta.url, async (args) => {
  const dev = args.includes('--dev')
  const [name = 'vue'] = args.filter((arg) => !arg.startsWith('--'))
  if (!Object.hasOwn(examples, name))
    throw new Failure(`No example is called ${name}: there are ${Object.keys(examples).join(', ')}`)
  const port = Number(process.env.PORT || 5173)
  if (!(Number.isInteger(port) && port > 0 && port < 65536))
    throw new Failure(`PORT is ${process.env.PORT}, which is no port: leave it out or set it to, say, 5173`)

  await install()
  await build()
  const site = await examples[name](port, { dev })
  endOnSignal(site)
  console.log(`\n  ${site.url}\n\n${accounts}\n\n  Ctrl+C ends it.`)
})
