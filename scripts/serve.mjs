import { existsSync } from 'node:fs'
import path from 'node:path'
import { fresh } from './fresh.mjs'
import { example, importFrom } from './packages.mjs'
import { Failure, root, run } from './run.mjs'

const host = '127.0.0.1'
const folder = path.join(root, 'examples/vue')

/** Bundles examples/vue against pkg/, which has to be there; false when there was nothing to do. */
export async function buildExample() {
  const { name } = example('vue') ?? missing('examples/vue')
  const inputs = ['examples/vue', 'pkg', 'package-lock.json']
  return fresh(name, { inputs, outputs: ['examples/vue/dist'] }, () =>
    run('npm', ['run', 'build', '--workspace', name]),
  )
}

/**
 * Serves examples/vue with an API (`{ url, controlUrl?, controlToken? }`) under the same origin.
 * `preview` shows what `buildExample` made, `dev` compiles the sources as they are asked for.
 */
export async function serveExample({ port, mode, api }) {
  if (mode === 'preview' && !existsSync(path.join(folder, 'dist/index.html'))) missing('examples/vue/dist')
  const vite = await importFrom(folder, 'vite')
  const address = { host, port, strictPort: true, proxy: proxyTo(api) }
  const options = { root: folder, logLevel: 'warn', server: address, preview: address }
  try {
    const server = await (mode === 'dev' ? develop(vite, options) : vite.preview(options))
    const { port: actual } = server.httpServer.address()
    return { url: `http://localhost:${actual}`, close: () => server.close() }
  } catch (error) {
    if (!/already in use/.test(error.message)) throw error
    throw new Failure(`Port ${port} is taken: choose another one, as in PORT=${port + 1} npm start`)
  }
}

async function develop(vite, options) {
  const server = await vite.createServer(options)
  return server.listen().catch(async (error) => {
    await server.close()
    throw error
  })
}

/** `/api` reaches the API as it is, `/control` the port that steers it, if there is one: without the prefix, with its token. */
const proxyTo = ({ url, controlUrl, controlToken }) => ({
  // The API compares the Origin with the host that the browser asked for.
  '^/api/': { target: url, xfwd: true },
  ...(controlUrl && {
    '^/control/': {
      target: controlUrl,
      headers: { authorization: `Bearer ${controlToken}` },
      rewrite: (path) => path.replace('/control', ''),
    },
  }),
})

function missing(place) {
  throw new Failure(`${place} is missing: run git checkout examples and npm start`)
}
