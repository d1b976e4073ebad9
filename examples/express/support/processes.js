import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createAuth, migrate, openDatabase, readConfig } from '../auth/index.js'
import { createClient } from './client.js'
import { environment } from './serve.js'

const script = fileURLToPath(new URL('./process.js', import.meta.url))

/** Two processes on one database: one client for each, and an administrator. */
export async function startTwo(test, create) {
  const DATABASE_URL = await create(test)
  const env = { ...process.env, ...environment, DATABASE_URL, NODE_ENV: undefined }
  const db = openDatabase(DATABASE_URL)
  test.after(() => db.destroy())
  await migrate(db)
  const [one, other] = await Promise.all([startOne(test, env), startOne(test, env)])

  const admin = createClient(one.url)
  await admin.signUp('admin@example.com')
  const { store } = createAuth(db, readConfig(env))
  await store.setRoles(await store.userByEmail('admin@example.com'), ['admin'])
  return { one, other, admin }
}

async function startOne(test, env) {
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  test.after(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  const errors = []
  child.stderr.setEncoding('utf8').on('data', (text) => errors.push(text))
  const [port] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error(errors.join('')))),
  ])
  return { url: `http://127.0.0.1:${Number(port)}/api/v1`, errors }
}
