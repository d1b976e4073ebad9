import { test as base, expect } from '@playwright/test'
import { startPostgres } from '../../scripts/postgres.mjs'
import { runRuby } from '../../scripts/rails.mjs'

const USERS = 2500

/** Runs the migration up and down on a table with users, and prints the results as JSON. */
const SCRIPT = `
require "active_record"
require "securerandom"
require "json"
require "./devise-jwt/add_jti_to_users"
ActiveRecord::Base.establish_connection(ENV.fetch("DATABASE"))
ActiveRecord::Migration.verbose = false
ActiveRecord::Schema.define { create_table(:users) { |t| t.string :email, null: false } }
class User < ActiveRecord::Base; end
User.insert_all(Array.new(${USERS}) { |n| { email: "user#{n}@example.com" } })
def refused(error)
  yield
  false
rescue error
  true
end
AddJtiToUsers.migrate(:up)
User.reset_column_information
taken = User.first.jti
found = {
  users: User.count,
  different: User.distinct.count(:jti),
  refuses_none: refused(ActiveRecord::NotNullViolation) { User.create!(email: "a") },
  refuses_a_second: refused(ActiveRecord::RecordNotUnique) { User.create!(email: "b", jti: taken) },
}
AddJtiToUsers.migrate(:down)
puts JSON.generate(**found, is_gone: !User.connection.column_exists?(:users, :jti))
`

const test = base.extend<{ postgres: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
  async postgres({}, use) {
    const { url, end } = await startPostgres()
    await use(`${url}/postgres`)
    await end()
  },
})

async function migrate(database: string) {
  const output = await runRuby(['-e', SCRIPT], { DATABASE: database })
  return JSON.parse(output.trim().split('\n').at(-1) ?? '')
}

const EXPECTED = {
  users: USERS,
  different: USERS,
  refuses_none: true,
  refuses_a_second: true,
  is_gone: true,
}

test('the migration for JTIMatcher gives each user of a table on PostgreSQL a jti', async ({ postgres }) => {
  expect(await migrate(postgres)).toEqual(EXPECTED)
})

test('the migration for JTIMatcher gives each user of a table on SQLite a jti', async () => {
  expect(await migrate('sqlite3::memory:')).toEqual(EXPECTED)
})
