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

// @ts-expect-error: `worker` is a function that creates a Worker
createAuth({ worker: new Worker('/auth.vault.js') })
// @ts-expect-error: this place for a vault does not exist
createAuth({ localStorage: () => null })
// @ts-expect-error: a snapshot has no token
auth.snapshot.token
// @ts-expect-error: no method returns a token
auth.getToken()
// @ts-expect-error: a snapshot is read-only
auth.snapshot.status = 'authenticated'
// @ts-expect-error: credentials are an object, a form or a text
auth.signIn(7)

export function nameOf(snapshot: Snapshot): string {
  // @ts-expect-error: the user is null unless the status is checked
  snapshot.user.name
  // Every snapshot type has this property.
  if (snapshot.serverReason) return snapshot.serverReason
  if (snapshot.status === 'unauthenticated') return snapshot.reason
  return snapshot.status === 'authenticated' ? snapshot.user.name : snapshot.status
}

if (auth.snapshot.user) {
  // @ts-expect-error: a user is read-only
  auth.snapshot.user.name = 'Eve'
  // A function with a mutable user as parameter accepts the read-only user.
  const rename = (user: User) => user.name
  rename(auth.snapshot.user)
}

auth.onEvent((event) => {
  if (event.type === 'request')
    same<typeof event.via, 'anonymous' | 'direct' | 'not-replayed' | 'retried' | 'waited'>()
  // @ts-expect-error: this event does not exist
  if (event.type === 'token') throw event
})

auth.signIn({}).catch((error: unknown) => {
  // @ts-expect-error: `code` needs a check with isAuthError
  error.code
  if (isAuthError(error) && error.code === 'refused') same<typeof error.status, number | undefined>()
  // @ts-expect-error: this code does not exist
  if (isAuthError(error) && error.code === 'invalid') throw error
  if (isAuthError(error)) same<typeof error.body, unknown>()
  // @ts-expect-error: the type of the body is unknown without the type argument
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
// @ts-expect-error: `signIn` is required
openVault({ refresh: '/refresh' })
// @ts-expect-error: this option does not exist
openVault({ signIn: '/login', token: 'header' })
// @ts-expect-error: a header needs a value or a cookie
openVault({ signIn: '/login', csrf: { header: 'X' } })

const origins = ['https://api.example.com'] as const
createAuth({ origins })
openVault({ signIn: '/login', origins })

// Editors show the values of a preset, because its types are literal.
same<(typeof presets.deviseJwt)['signIn'], '/users/sign_in'>()
same<(typeof presets.jwtSessions.refreshToken)['header'], 'X-Refresh-Token'>()
same<(typeof presets.railsSession)['credential'], 'cookie'>()
for (const preset of Object.values(presets)) openVault({ ...preset, origins, signIn: '/elsewhere' })
