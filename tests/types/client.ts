import { type Auth, AuthError, createAuth, isAuthError, type Snapshot } from 'tokencell'
import { presets } from 'tokencell/presets'
import { openVault } from 'tokencell/vault'
import { same, type User } from './register.js'

const auth = createAuth({ worker: () => new Worker('/auth.vault.js', { type: 'module' }) })
same<typeof auth, Auth<User>>()
same<typeof auth.fetch, typeof fetch>()
same<(typeof auth.snapshot)['user'], Readonly<User> | null>()

const other = createAuth<{ login: string }>({ page: () => import('./vault.js') })
same<(typeof other.snapshot)['user'], { readonly login: string } | null>()
same<Snapshot<unknown>['user'], unknown>()

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
  // Every snapshot can be asked for it.
  if (snapshot.serverReason) return snapshot.serverReason
  if (snapshot.status === 'unauthenticated') return snapshot.reason
  return snapshot.status === 'authenticated' ? snapshot.user.name : snapshot.status
}

if (auth.snapshot.user) {
  // @ts-expect-error: a user is frozen
  auth.snapshot.user.name = 'Eve'
  // What takes a user that can be changed takes this one, too.
  const rename = (user: User) => user.name
  rename(auth.snapshot.user)
}

auth.onEvent((event) => {
  if (event.type === 'request')
    same<typeof event.via, 'anonymous' | 'direct' | 'not-replayed' | 'retried' | 'waited'>()
  // @ts-expect-error: there is no such event
  if (event.type === 'token') throw event
})

auth.signIn({}).catch((error: unknown) => {
  // @ts-expect-error: not before it is known to be one of ours
  error.code
  if (isAuthError(error) && error.code === 'refused') same<typeof error.status, number | undefined>()
  // @ts-expect-error: there is no such code
  if (isAuthError(error) && error.code === 'invalid') throw error
  if (isAuthError(error)) same<typeof error.body, unknown>()
  // @ts-expect-error: what the API says with a refusal is not known, unless you say it
  if (isAuthError(error)) error.body.message
  if (isAuthError<Refusal>(error)) same<typeof error.body, Refusal | undefined>()
  if (isAuthError<Refusal>(error) && error.code === 'refused') error.body?.message.trim()
})

interface Refusal {
  message: string
}
const refusal: AuthError<Refusal> = new AuthError('refused', 'No.', { body: { message: 'no' } })
same<typeof refusal.body, Refusal | undefined>()

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

const origins = ['https://api.example.com'] as const
createAuth({ origins })
openVault({ signIn: '/login', origins })

// Whoever points at a preset sees what it says.
same<(typeof presets.deviseJwt)['signIn'], '/users/sign_in'>()
same<(typeof presets.jwtSessions.refreshToken)['header'], 'X-Refresh-Token'>()
same<(typeof presets.railsSession)['credential'], 'cookie'>()
for (const preset of Object.values(presets)) openVault({ ...preset, origins, signIn: '/elsewhere' })
