import { spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { engine } from './browsers.mjs'
import { freePort, startProgram } from './processes.mjs'
import { Failure } from './run.mjs'

/** PostgreSQL refuses to run as root. So root starts it as the user that its package has created. */
function whoRunsIt() {
  if (process.getuid() !== 0) return {}
  const id = (flag) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
  return { uid: id('-u'), gid: id('-g') }
}

/** Starts an empty server: `{ url, end }`. `end` removes it. The name of a database follows the URL: `${url}/postgres`. */
export async function startPostgres() {
  const { server, initdb } = engine('postgres')
  const who = whoRunsIt()
  const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-postgres-'))
  if (who.uid) chownSync(folder, who.uid, who.gid)
  const data = path.join(folder, 'data')
  const options = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--no-sync', '--pgdata', data]
  const { status, stderr } = spawnSync(initdb, options, { ...who, cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Failure('initdb could not make a database', stderr)
  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off']
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
  const running = await startProgram(server, args, { port, cwd: folder, ...who })
  return {
    url: `postgres://postgres@127.0.0.1:${port}`,
    async end() {
      await running.end()
      // The processes of the server may still write while they end.
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
