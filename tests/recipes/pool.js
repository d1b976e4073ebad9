import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { databases, environment } from '../../examples/express/support/serve.js'
import { startRecipe } from '../../scripts/recipes.mjs'

/** Processes take a second to start, so tests with the same settings share them. Each begins with an empty database. */
const pool = new Map()

/** What is left goes when this process ends, which ends those that it has started. */
const lasting = []
process.on('exit', () => {
  for (const end of lasting) end()
})

/** The application with these settings and a database of its own. */
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

  /** Another process of the same application. The first one makes the tables. */
  function start(more = {}) {
    const key = JSON.stringify(more)
    const MIGRATE = processes.size ? '' : '1'
    if (!processes.has(key))
      processes.set(key, launch({ ...environment, ...settings, ...more, DATABASE_URL, MIGRATE }))
    return processes.get(key)
  }
  async function launch(env) {
    const server = await startRecipe(recipe, { ...env, cwd })
    // Otherwise Node waits for it, and ends no tests.
    server.unref()
    return server
  }
  /** Has the test's own routes answer: all processes have a clock, and one database. */
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
