import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import { test } from 'node:test'
import express from 'express'
import { createCertificate } from '../../api/support/certificate.js'
import { createAuth, migrate, openDatabase, readConfig } from '../auth/index.js'
import { createPasswords } from '../auth/passwords.js'
import { PASSWORD } from '../support/client.js'
import { examine } from '../support/examine.js'
import { databases, environment } from '../support/serve.js'

test('over TLS, in production, doctor finds no error and no warning', async (t) => {
  const db = openDatabase(await databases.sqlite(t))
  t.after(() => db.destroy())
  await migrate(db)
  const app = express()
  const server = createServer(createCertificate(), app).listen(0, 'localhost')
  t.after(() => server.close().closeAllConnections())
  await once(server, 'listening')
  const PUBLIC_URL = `https://localhost:${server.address().port}`
  const production = {
    NODE_ENV: 'production',
    PASSWORD_COST: '15',
    PUBLIC_URL,
    ORIGINS: 'https://localhost:5173',
  }
  const auth = createAuth(db, readConfig({ ...environment, ...production }))
  app.use(auth.headers)
  app.use('/api/v1', auth.router)
  app.use(auth.answerRefusal)
  const { hash } = createPasswords({ passwordCost: 15 })
  await auth.store.signUp({ email: 'ada@example.com', passwordHash: await hash(PASSWORD) }, {})
  const page = ['--origin', 'https://localhost:5173']
  assert.deepEqual(await examine(`${PUBLIC_URL}/api/v1`, ...page, '--insecure', '--grace', '0'), {
    code: 0,
    found: [],
  })
})
