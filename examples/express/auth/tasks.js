import { randomBytes } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { createAuth, migrate, openDatabase, readConfig } from './index.js'

const key = () => `${new Date().toISOString().slice(0, 10)}:${randomBytes(32).toString('base64')}`

/** Each task prints its result. */
const tasks = {
  keys: () => `ACCESS_TOKEN_KEYS=${key()}\nREFRESH_TOKEN_KEYS=${key()}`,

  migrate: async (db) => `${(await migrate(db))[1].length} migrations run`,

  async 'clean-up'(db) {
    const { store } = createAuth(db, readConfig(process.env))
    return `${await store.cleanUp()} sessions deleted`
  },

  async roles(db, email = '', ...roles) {
    const { store } = createAuth(db, readConfig(process.env))
    const user = await store.userByEmail(email)
    if (!user) throw new Error(`No account has the e-mail ${email}`)
    if (!(await store.setRoles(user, roles))) throw new Error(`${email} is the last administrator`)
    return `${email}: ${roles.join(', ')}`
  },
}

export async function runTask(name, ...args) {
  if (!Object.hasOwn(tasks, name)) throw new Error(`There are these tasks: ${Object.keys(tasks).join(', ')}`)
  if (name === 'keys') return tasks.keys()
  const db = openDatabase(process.env.DATABASE_URL)
  return tasks[name](db, ...args).finally(() => db.destroy())
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(
    await runTask(...process.argv.slice(2)).catch(({ message }) => {
      process.exitCode = 1
      return message
    }),
  )
