import { fileURLToPath } from 'node:url'
import knex from 'knex'

/** @param {string} url `postgres://…`, or `file:path` for SQLite */
export function openDatabase(url) {
  if (/^postgres(ql)?:/.test(url)) return knex({ client: 'pg', connection: url, pool: { min: 0, max: 10 } })
  if (!url?.startsWith('file:')) throw new Error('DATABASE_URL must be postgres://… or file:<path>')
  return knex({
    client: 'better-sqlite3',
    useNullAsDefault: true,
    connection: { filename: url.slice('file:'.length) },
    // Contract, 16. Two processes may use the file: each waits for the other.
    pool: {
      min: 1,
      max: 1,
      afterCreate(connection, done) {
        for (const pragma of [
          'busy_timeout = 5000',
          'journal_mode = WAL',
          'synchronous = NORMAL',
          'foreign_keys = ON',
        ])
          connection.exec(`PRAGMA ${pragma}`)
        done(null, connection)
      },
    },
  })
}

export const isSqlite = (db) => db.client.config.client.includes('sqlite')

/** Creates the tables, or adds missing parts to them. */
export const migrate = (db) =>
  db.migrate.latest({
    directory: fileURLToPath(new URL('./migrations', import.meta.url)),
    tableName: 'auth_migrations',
  })
