/** The interface of a recipe for the tests of examples/express. The example has the same one (support/subject.js). */
import { createClient } from '../../examples/express/support/client.js'
import { databases as ofExample } from '../../examples/express/support/serve.js'
import { application } from './pool.js'

const recipe = process.env.TEST_RECIPE

export const databases = Object.fromEntries(Object.keys(ofExample).map((name) => [name, name]))

/** See support/serve.js. Here `db` is a function that reads a table, instead of the database. */
export async function serve(_test, { env = {}, config = {}, create = 'sqlite' } = {}) {
  const TEST_CONFIG = JSON.stringify(config)
  const { start: launch, act } = await application(recipe, create, { ...env, TEST_CONFIG })
  const clock = { ahead: 0 }
  async function start(more = { SECOND: '1' }) {
    const server = await launch(more)
    await act('clock', clock)
    return { url: `${server.url}/api/v1`, client: () => createClient(`${server.url}/api/v1`) }
  }
  const first = await start({})
  await act('reset')
  await act('clock', clock)
  return {
    ...first,
    start,
    db: (table) => act('rows', { table }),
    store: { cleanUp: () => act('clean') },
    act,
    cpu: () => act('cpu'),
    makeAdmin: (email) => act('roles', { email, roles: ['admin'] }),
    async pass(milliseconds) {
      clock.ahead += milliseconds
      await act('clock', clock)
    },
  }
}

/** Two processes on one database: a client for each, and an administrator. */
export async function startTwo(test, create) {
  // Refused sign-ins are part of the test.
  const failures = { perAddress: 1e6, perAccount: 1e6, seconds: 60 }
  const { url, start, makeAdmin } = await serve(test, { create, config: { failures } })
  const other = await start()
  const admin = createClient(url)
  await admin.signUp('admin@example.com')
  await makeAdmin('admin@example.com')
  return { one: { url }, other, admin }
}
