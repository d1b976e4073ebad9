import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { engine } from './browsers.mjs'
import { commandFor } from './engines/apt.mjs'
import { finish, start } from './processes.mjs'
import { Failure, root } from './run.mjs'

const example = 'examples/rails-api'
const secret = () => randomBytes(32).toString('hex')

/**
 * Starts examples/rails-api, or another folder: `{ url, output, end }`. Its README.md lists the variables for `settings`. Without
 * `PORT` it uses a free port, and without `API_DATABASE` an empty database.
 *
 * @throws Failure that names missing programs, or contains the output of Rails
 */
export async function startRails(settings = {}, folder = example) {
  const env = { PORT: '0', ...environment(settings) }
  const server = start('config.ru', [], { node: engine('rails').server, cwd: path.join(root, folder), env })
  let outcome
  const ended = (code) => {
    outcome = code
  }
  server.exited.then(ended, ended)

  const since = performance.now()
  for (;;) {
    const url = /Listening on (http:\S+)/.exec(server.output())?.[1]
    if (url) return { ...server, url }
    const late = performance.now() - since > 60_000
    if (outcome !== undefined || late) break
    await delay(20)
  }
  await server.end()
  throw explain(server.output(), outcome)
}

/** Runs Ruby in the folder of the example with these settings, and resolves to its output. */
export const runRuby = (args, settings = {}) =>
  finish(args[0], args.slice(1), { node: 'ruby', cwd: path.join(root, example), env: environment(settings) })

function environment(settings) {
  const secrets = { SECRET_KEY_BASE: secret(), API_JWT_SECRETS: secret(), API_REFRESH_SECRETS: secret() }
  const accounts = { API_SEED: '1', API_SIGN_UP: 'on' }
  // In development, TLS is not enforced, and the accounts of the example may be created.
  const of = { RAILS_ENV: 'development', RAILS_LOG_LEVEL: 'warn' }
  const given = Object.entries(settings).map(([name, value]) => [name, String(value)])
  return { ...of, ...secrets, ...accounts, ...Object.fromEntries(given) }
}

function explain(output, outcome) {
  const lacking = /cannot load such file -- (\S+)/.exec(output)?.[1]
  if (!lacking)
    return new Failure(`Rails ${outcome === undefined ? 'does not listen' : `ended with ${outcome}`}`, output)
  const command = commandFor('rails')
  return new Failure(`Rails lacks ${lacking}: ${command ? `run ${command}` : 'install its gem'}`)
}
