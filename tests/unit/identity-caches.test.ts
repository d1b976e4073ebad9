// @vitest-environment jsdom
// The recipes of docs/guides/query-caches.md and docs/identity.md, with the real libraries.
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { createPinia, defineStore } from 'pinia'
import { expect, test, vi } from 'vitest'
import { createApp, onScopeDispose, ref } from 'vue'
import { onIdentityChange } from '../../js/adapters/identity.js'
import { createTestAuth, type TestAuth } from '../../js/testing.js'

const ADA = { user: { id: 1, name: 'Ada' } }
const BOB = { user: { id: 2, name: 'Bob' } }

type User = typeof ADA.user

/** A session whose API answers with the notes of the current user. */
function signedIn() {
  const auth: TestAuth<User> = createTestAuth<User>({
    session: ADA,
    fetch: () => Response.json({ data: { notes: `of ${auth.snapshot.user?.name}` } }),
  })
  return auth
}

const NOTES = gql`
  query {
    notes
  }
`

function apollo(auth: TestAuth<User>) {
  const link = new HttpLink({ uri: 'http://localhost/graphql', fetch: auth.fetch })
  const client = new ApolloClient({ link, cache: new InMemoryCache() })
  onIdentityChange(auth, ({ current }) =>
    current.status === 'authenticated' ? client.resetStore() : client.clearStore(),
  )
  const cached = () => (client.cache.extract() as { ROOT_QUERY?: { notes: string } }).ROOT_QUERY?.notes
  return { client, cached }
}

test('Apollo forgets the data of a user who signs out, and keeps it during a refresh', async () => {
  const auth = signedIn()
  const { client, cached } = apollo(auth)
  await client.query({ query: NOTES })
  await auth.refresh()
  expect(cached()).toBe('of Ada')
  await auth.signOut()
  await vi.waitFor(() => expect(cached()).toBe(undefined))
  expect(auth.requests).toHaveLength(1)
})

test('an open page with Apollo gets the data of the next user', async () => {
  const auth = signedIn()
  const { client } = apollo(auth)
  const shown: unknown[] = []
  const watched = client.watchQuery<{ notes: string }>({ query: NOTES })
  const subscription = watched.subscribe(({ data }) => void shown.push(data?.notes))
  await vi.waitFor(() => expect(shown).toContain('of Ada'))
  auth.become(BOB)
  await vi.waitFor(() => expect(shown.at(-1)).toBe('of Bob'))
  expect(watched.getCurrentResult().data).toEqual({ notes: 'of Bob' })
  subscription.unsubscribe()
})

test('a request of Apollo that is on its way when the user leaves does not fill the store', async () => {
  const auth = createTestAuth<User>({ session: ADA, fetch: () => answered })
  let answer = (_: Response) => {}
  const answered = new Promise<Response>((resolve) => {
    answer = resolve
  })
  const { client, cached } = apollo(auth)
  const asked = expect(client.query({ query: NOTES })).rejects.toThrow()
  await vi.waitFor(() => expect(auth.requests).toHaveLength(1))
  await auth.signOut()
  await asked
  answer(Response.json({ data: { notes: 'of Ada' } }))
  await answered
  expect(cached()).toBe(undefined)
})

const useNotes = defineStore('notes', () => {
  const notes = ref<string[]>([])
  const draft = ref<{ text: string }>()
  const filter = ref({ words: ['all'] })
  return { notes, draft, filter }
})

const useOptions = defineStore('options', { state: () => ({ theme: 'light', recent: [] as string[] }) })

function stores(auth: TestAuth<User>) {
  const pinia = createPinia()
  pinia.use(({ store }) => {
    const first = JSON.stringify(store.$state)
    const stop = onIdentityChange(auth, () =>
      store.$patch((state) => {
        const initial = JSON.parse(first)
        for (const name of Object.keys(state)) state[name] = initial[name]
      }),
    )
    onScopeDispose(stop)
  })
  createApp({}).use(pinia)
  return { notes: useNotes(pinia), options: useOptions(pinia), pinia }
}

test('every Pinia store gets its first state back, each time the user changes', () => {
  const auth = signedIn()
  const { notes, options } = stores(auth)
  for (const next of [BOB, ADA, 'signed-out'] as const) {
    notes.notes.push('a note')
    notes.draft = { text: 'a draft' }
    notes.filter.words = ['mine']
    options.$patch({ theme: 'dark', recent: ['a note'] })
    auth.become({ ...ADA, ...(auth.snapshot.user && { user: auth.snapshot.user }), expiresAt: 7 })
    expect(notes.notes, 'after a refresh').toEqual(['a note'])
    auth.become(next)
    expect([notes.notes, notes.draft, notes.filter]).toEqual([[], undefined, { words: ['all'] }])
    expect(options.$state).toEqual({ theme: 'light', recent: [] })
  }
})

test('a Pinia store that is disposed stops listening', () => {
  const auth = signedIn()
  const { notes, pinia } = stores(auth)
  const heard = vi.spyOn(notes, '$patch')
  notes.$dispose()
  auth.become(BOB)
  expect(heard).not.toHaveBeenCalled()
  expect(useNotes(pinia).notes).toEqual([])
})
