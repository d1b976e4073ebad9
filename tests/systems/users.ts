export type Role = 'admin' | 'user'

export interface User {
  id: number
  email: string
  password: string
  name: string
  role: Role
  createdAt: string
}

export const ADA = { email: 'ada@example.com', password: 'correct horse' }
export const BOB = { email: 'bob@example.com', password: 'battery staple' }

export type Users = ReturnType<typeof createUsers>

/** The table of users, in memory: Ada is an admin, Bob is not. */
export function createUsers() {
  const rows: User[] = []
  let last = 0

  /** Returns `undefined` if the e-mail address is missing or taken, or the password is too short. */
  function add({ email, password, name }: Readonly<Record<string, unknown>>, role: Role = 'user') {
    const isValid = typeof email === 'string' && email.includes('@')
    if (!isValid || typeof password !== 'string' || password.length < 6 || byEmail(email)) return undefined
    const row = { id: ++last, email, password, role, createdAt: new Date().toISOString() }
    const user: User = { ...row, name: typeof name === 'string' ? name : (email.split('@')[0] ?? '') }
    rows.push(user)
    return user
  }

  const byEmail = (email: unknown) => rows.find((user) => user.email === email)

  function authenticate({ email, password }: Readonly<Record<string, unknown>>) {
    const user = byEmail(email)
    return user?.password === password ? user : undefined
  }

  /** @throws Error if there is no such user: a test has a wrong address */
  function named(email: string) {
    const user = byEmail(email)
    if (!user) throw new Error(`no user ${email}`)
    return user
  }

  const remove = (user: User) => rows.splice(rows.indexOf(user), 1)
  const byId = (id: unknown) => rows.find((user) => user.id === Number(id))

  add({ ...ADA, name: 'Ada' }, 'admin')
  add({ ...BOB, name: 'Bob' })
  return { add, authenticate, byId, named, remove, all: (): readonly User[] => rows }
}
