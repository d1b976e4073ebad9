import { type Auth, createAuth, isAuthError, type Snapshot } from 'tokencell'
import { openVault } from 'tokencell/vault'
import { same, type User } from './register.js'

const auth = createAuth({ worker: () => new Worker('/auth.vault.js', { type: 'module' }) })
same<typeof auth, Auth<User>>()
same<typeof auth.fetch, typeof fetch>()
same<(typeof auth.snapshot)['user'], User | null>()

const other = createAuth<{ login: string }>({ page: () => import('./vault.js') })
same<(typeof other.snapshot)['user'], { login: string } | null>()

// @ts-expect-error: a vault is no Worker, but a way to one
createAuth({ worker: new Worker('/auth.vault.js') })
// @ts-expect-error: there is no such place
createAuth({ localStorage: () => null })
// @ts-expect-error: no snapshot has a token
auth.snapshot.token
// @ts-expect-error: nor is there a way to ask for one
auth.getToken()
// @ts-expect-error: a snapshot is for reading
auth.snapshot.status = 'authenticated'
// @ts-expect-error: credentials are an object, a form or a text
auth.signIn(7)

export function nameOf(snapshot: Snapshot): string {
  // @ts-expect-error: there is a user only where somebody is signed in
  snapshot.user.name
  if (snapshot.status === 'unauthenticated') return snapshot.reason
  return snapshot.status === 'authenticated' ? (snapshot.user?.name ?? '') : snapshot.status
}

auth.onEvent((event) => {
  if (event.type === 'request')
    same<typeof event.course, 'anonymous' | 'direct' | 'not-replayed' | 'retried' | 'waited'>()
  // @ts-expect-error: there is no such event
  if (event.type === 'token') throw event
})

auth.signIn({}).catch((error: unknown) => {
  // @ts-expect-error: not before it is known to be one of ours
  error.code
  if (isAuthError(error) && error.code === 'refused') same<typeof error.status, number | undefined>()
  // @ts-expect-error: there is no such code
  if (isAuthError(error) && error.code === 'invalid') throw error
})

openVault({
  signIn: '/login',
  refresh: { method: 'PUT', path: '/refresh' },
  csrf: { header: 'X', cookie: 'c' },
})
// @ts-expect-error: nobody can sign in
openVault({ refresh: '/refresh' })
// @ts-expect-error: an option that is none
openVault({ signIn: '/login', token: 'header' })
// @ts-expect-error: a header needs a value, or a cookie
openVault({ signIn: '/login', csrf: { header: 'X' } })
