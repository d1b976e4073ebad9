import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { engine } from './browsers.mjs'
import { hashOf } from './hashes.mjs'
import { installFolder } from './install.mjs'
import { freePort, startProgram } from './processes.mjs'
import { announced, root, run } from './run.mjs'

const folder = path.join(root, 'tests/backends')
const requirements = path.join(folder, 'requirements.txt')
const betterAuth = path.join(folder, 'better-auth')

/** One environment for each list of requirements, so that a branch with another list does not replace it. */
const environment = () => path.join(root, 'target/backends', hashOf(requirements).slice(0, 16))
/** The Python interpreter of that environment. */
export const python = () => path.join(environment(), 'bin/python')

/** Installs the pinned dependencies of the servers, unless they are already installed. */
export async function installBackends({ full }) {
  if (full) await installPython()
  await installNode()
}

/** Installs the Python dependencies only. */
export async function installPython() {
  const place = environment()
  const done = path.join(place, 'installed')
  if (existsSync(done)) return
  rmSync(place, { recursive: true, force: true })
  const { interpreter } = engine('python')
  const create = () => run(interpreter, ['-m', 'venv', place])
  // The list contains all packages, and the package that builds source packages.
  const pip = ['-m', 'pip', 'install', '--no-deps', '--disable-pip-version-check', '-r', requirements]
  const install = () => run(python(), pip, { env: { PIP_CONSTRAINT: requirements } })
  const check = () => run(python(), ['-m', 'pip', 'check'])
  await announced('pip install of tests/backends', create().then(install).then(check))
  writeFileSync(done, '')
}

const installNode = () => installFolder(betterAuth, ['--no-audit', '--no-fund'])

/**
 * Starts a server of tests/backends in an empty folder, which is deleted when the server ends: `{ url, output, end }`.
 *
 * @param file below tests/backends, such as `simplejwt/server.py`
 * @param settings `PAGE`, the origin of the pages; `LIFETIME` of the access token in seconds; and the server's own settings
 * @throws Failure with the output of the server
 */
export async function startBackend(file, settings) {
  const port = await freePort()
  const cwd = mkdtempSync(path.join(tmpdir(), 'tokencell-'))
  const program = file.endsWith('.py') ? python() : process.execPath
  const env = { PORT: String(port), PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1', ...settings }
  const server = await startProgram(program, [path.join(folder, file)], { port, cwd, env })
  return {
    ...server,
    url: `http://localhost:${port}`,
    async end() {
      await server.end()
      rmSync(cwd, { recursive: true, force: true })
    },
  }
}
