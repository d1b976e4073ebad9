import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { databases, environment } from '../../examples/express/support/serve.js'
import { startRecipe } from '../../scripts/recipes.mjs'

/** A process takes a second to start, so tests with the same settings share it. Each test starts with an empty database. */
const pool = new Map()

/** Cleanup functions, called when this process ends. The processes that it has started end with it. */
const lasting = []
process.on('exit', () => {
  for (const end of lasting) end()
})

/** The application with these settings and its own database. */
export async function application(recipe, name, settings) {
  const key = JSON.stringify([recipe, name, settings])
  if (!pool.has(key)) pool.set(key, create(recipe, name, settings))
  return pool.get(key)
}

async function create(recipe, name, settings) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'tokencell-'))
  lasting.push(() => rmSync(cwd, { recursive: true, force: true }))
  const DATABASE_URL = await databases[name]({ after: (end) => lasting.push(end) })
  const processes = new Map()

  /** Another process of the same application. The first one creates the tables. */
  function start(more = {}) {
    const key = JSON.stringify(more)
    const MIGRATE = processes.size ? '' : '1'
    if (!processes.has(key))
      processes.set(key, launch({ ...environment, ...settings, ...more, DATABASE_URL, MIGRATE }))
    return processes.get(key)
  }
  async function launch(env) {
    const server = await startRecipe(recipe, { ...env, cwd })
    // Without this, Node waits for the server and the tests never end.
    server.unref()
    return server
  }
  /** Calls a route for the tests. `clock` goes to all processes, the others to one, because the database is shared. */
  async function act(action, body = {}) {
    const servers = action === 'clock' ? [...processes.values()] : [start()]
    const results = await Promise.all(
      servers.map(async (server) => post(`${(await server).url}/test/${action}`, body)),
    )
    return results[0]
  }
  return { start, act }
}

async function post(url, body) {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} is answered with ${response.status}: ${await response.text()}`)
  return (await response.json()).result
}
