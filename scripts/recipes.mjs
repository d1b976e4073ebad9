import { readdirSync } from 'node:fs'
import path from 'node:path'
import { installPython, python } from './backends.mjs'
import { missing } from './browsers.mjs'
import { startPostgres } from './postgres.mjs'
import { freePort, startProgram } from './processes.mjs'
import { program, root, run } from './run.mjs'

const folder = path.join(root, 'tests/recipes')

/**
 * Starts the recipe with the server of its tests: `{ url, output, end }`.
 *
 * @param {string} name a folder of tests/recipes
 * @param {Record<string, string>} settings its environment
 * @throws Failure with the output of the server
 */
export async function startRecipe(name, { cwd, ...settings }) {
  const port = await freePort()
  const env = { PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1', ...settings, PORT: String(port) }
  const [interpreter, ...args] = commandOf(name, port)
  const server = await startProgram(interpreter, args, { port, cwd, env })
  return { ...server, url: `http://localhost:${port}` }
}

function commandOf(name, port) {
  if (name !== 'laravel') return [python(), path.join(folder, name, 'server.py')]
  const server = path.join(folder, 'laravel/server.php')
  return ['php', '-d', 'expose_php=0', '-S', `127.0.0.1:${port}`, server]
}

/** Runs the tests of the contract on each recipe: on SQLite, and on PostgreSQL if it is installed. */
export async function testRecipes(env = {}) {
  await installPython()
  const postgres = missing('postgres') ? undefined : await startPostgres()
  // Node 20 does not expand patterns.
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.js'))
  const args = ['--test', '--test-reporter=spec', ...files.map((name) => path.join(folder, name))]
  const all = { ...env, ...(postgres && { TEST_POSTGRES: postgres.url }) }
  return run(process.execPath, args, { env: all, name: 'node --test' }).finally(() => postgres?.end())
}

await program(import.meta.url, async () => console.log(await testRecipes()))
