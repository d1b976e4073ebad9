import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import express from 'express'
import { createAuth, migrate, openDatabase, readConfig } from '../auth/index.js'
import { createClient } from './client.js'

export const createKey = (id) => `${id}:${randomBytes(32).toString('base64')}`

export const environment = {
  PUBLIC_URL: 'http://api.example.com:3000',
  ORIGINS: 'https://app.example.com,http://localhost:5173',
  ACCESS_TOKEN_KEYS: createKey('a1'),
  REFRESH_TOKEN_KEYS: createKey('r1'),
  // Otherwise comparing passwords would take most of the time.
  PASSWORD_COST: '10',
}

/** The databases for tests: SQLite, and PostgreSQL if TEST_POSTGRES is the URL of a server. */
export const databases = {
  sqlite: createSqlite,
  ...(process.env.TEST_POSTGRES && { postgres: createPostgres }),
}

function createSqlite(test) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return `file:${folder}/auth.db`
}

async function createPostgres() {
  const urlOf = (name) => Object.assign(new URL(process.env.TEST_POSTGRES), { pathname: name }).href
  const name = `test_${randomBytes(6).toString('hex')}`
  const server = openDatabase(urlOf('postgres'))
  await server.raw(`create database ${name}`)
  await server.destroy()
  return urlOf(name)
}

/**
 * The example in this process, with its own database and a clock that the test controls.
 * @param {{ after(end: () => unknown): void }} test
 */
export async function serve(test, { env = {}, config: changes = {}, create = createSqlite } = {}) {
  const clock = { ahead: 0 }
  const now = () => new Date(Date.now() + clock.ahead)
  const db = openDatabase(await create(test))
  await migrate(db)
  const servers = []

  /** Simulates another process of the same application, possibly with other keys. */
  async function start(more = {}) {
    const config = { ...readConfig({ ...environment, ...env, ...more }), now, ...changes }
    const auth = createAuth(db, config)
    const app = express().set('trust proxy', config.trustProxy)
    app.use(auth.headers)
    app.use('/api/v1', auth.router)
    app.get('/api/v1/notes', auth.requireSession, (req, res) => res.json({ by: req.auth.user.email }))
    app.get('/api/v1/teapot', () => {
      throw Object.assign(new Error('teapot'), { status: 418 })
    })
    app.use(auth.answerRefusal)
    // Last, so that a test detects requests that the routes do not handle.
    app.use((error, _req, res, _next) => res.status(500).json({ error: String(error) }))
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    servers.push(server)
    const url = `http://127.0.0.1:${server.address().port}/api/v1`
    return { url, store: auth.store, client: () => createClient(url) }
  }
  test.after(async () => {
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
    await db.destroy()
  })

  async function makeAdmin(email) {
    const { store } = first
    await store.setRoles(await store.userByEmail(email), ['admin'])
  }
  const first = await start()
  function cpu() {
    const { user, system } = process.cpuUsage()
    return user + system
  }
  return { ...first, db, start, makeAdmin, cpu, pass: (milliseconds) => (clock.ahead += milliseconds) }
}
