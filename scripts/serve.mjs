import { existsSync } from 'node:fs'
import path from 'node:path'
import { fresh } from './fresh.mjs'
import { example, importFrom } from './packages.mjs'
import { Failure, root, run } from './run.mjs'

const host = '127.0.0.1'
const folder = path.join(root, 'examples/vue')

/** Bundles examples/vue against pkg/, which must exist. Returns false if the bundle is up to date. */
export async function buildExample() {
  const { name } = example('vue') ?? missing('examples/vue')
  const inputs = ['examples/vue', 'pkg', 'package-lock.json']
  return fresh(name, { inputs, outputs: ['examples/vue/dist'] }, () =>
    run('npm', ['run', 'build', '--workspace', name]),
  )
}

/**
 * Serves examples/vue with an API (`{ url, controlUrl?, controlToken? }`) under the same origin.
 * `preview` serves the output of `buildExample`, `dev` compiles the sources on request.
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

/** `/api` is passed on to the API unchanged. `/control` is passed on to the control port, if there is one, without the prefix and with its token. */
const proxyTo = ({ url, controlUrl, controlToken }) => ({
  // The API compares the Origin with the host in the request of the browser.
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
