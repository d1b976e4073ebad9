import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { engine } from './browsers.mjs'
import { freePort, startProgram } from './processes.mjs'

/** PostgreSQL refuses to run as root, so it runs as the user that its package has made. */
function unprivileged() {
  if (process.getuid?.() !== 0) return {}
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** Starts PostgreSQL on a database of its own that ends with it: `{ url, end }`. */
export async function startPostgres() {
  const { server: postgres } = engine('postgres')
  const user = unprivileged()
  const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-postgres-'))
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
  const port = await freePort()
  const data = path.join(folder, 'data')
  const setUp = ['-D', data, '-U', 'tokencell', '--auth=trust', '--no-sync', '-E', 'UTF8']
  execFileSync(path.join(path.dirname(postgres), 'initdb'), setUp, { ...user, cwd: folder, stdio: 'ignore' })
  const settings = { fsync: 'off', listen_addresses: '127.0.0.1', unix_socket_directories: folder }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const args = ['-D', data, '-p', String(port), ...options]
  const server = await startProgram(postgres, args, { ...user, port, cwd: folder })
  return {
    url: `postgres://tokencell@127.0.0.1:${port}/postgres`,
    end: async () => {
      await server.end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
