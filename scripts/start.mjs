import { build } from './build.mjs'
import { install } from './install.mjs'
import { example, importFrom } from './packages.mjs'
import { Failure, program, seconds } from './run.mjs'
import { buildExample, serveExample } from './serve.mjs'

// The accounts that examples/api starts with.
const accounts = `  ada@example.com  correct horse   (admin, editor)
  bob@example.com  battery staple  (user)`

async function startApi() {
  const { folder } = example('api') ?? {}
  if (!folder) throw new Failure('examples/api is missing: run git checkout examples')
  const { createApi } = await importFrom(folder, './src/api.js')
  return createApi().listen({ host: '127.0.0.1', port: 0, controlPort: 0 })
}

async function bundleExample() {
  const began = performance.now()
  console.log(`  example   ${(await buildExample()) ? seconds(began) : 'fresh'}`)
}

function endOnSignal(...servers) {
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, async () => {
      // A browser tab keeps its connection open for as long as it likes.
      setTimeout(() => process.exit(0), 1000).unref()
      await Promise.all(servers.map((server) => server.close()))
      process.exit(0)
    })
}

await program(import.meta.url, async ([option]) => {
  const mode = option === '--dev' ? 'dev' : 'preview'
  const port = Number(process.env.PORT || 5173)
  if (!(Number.isInteger(port) && port > 0 && port < 65536))
    throw new Failure(`PORT is ${process.env.PORT}, which is no port: leave it out or set it to, say, 5173`)

  await install()
  await build()
  if (mode === 'preview') await bundleExample()
  const api = await startApi()
  const site = await serveExample({ port, mode, api }).catch(async (error) => {
    await api.close()
    throw error
  })
  endOnSignal(site, api)
  console.log(`\n  ${site.url}\n\n${accounts}\n\n  Ctrl+C ends it.`)
})
