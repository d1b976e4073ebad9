/** One process of the application. The concurrency test starts two. WITHOUT_LOCKS shows why the locks are needed. */
import { createRequire } from 'node:module'
import express from 'express'
import { createAuth, openDatabase, readConfig } from '../auth/index.js'

if (process.env.WITHOUT_LOCKS) {
  const { prototype } = createRequire(import.meta.url)('knex/lib/query/querybuilder.js')
  const { whereRaw } = prototype
  prototype.forUpdate = function withoutLock() {
    return this
  }
  prototype.whereRaw = function withoutWriteLock(sql, ...values) {
    return sql === '1 = 0' ? { update: async () => 0 } : whereRaw.call(this, sql, ...values)
  }
}

// High limits, because the test makes many refused sign-ins.
const failures = { perAddress: 1e6, perAccount: 1e6, seconds: 60 }
const db = openDatabase(process.env.DATABASE_URL)
const auth = createAuth(db, { ...readConfig(process.env), failures })
const app = express().use('/api/v1', auth.router)
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))
