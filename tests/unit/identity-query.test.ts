// The recipe of docs/guides/query-caches.md for TanStack Query, with the real library.
import { QueryClient, QueryObserver } from '@tanstack/query-core'
import { expect, test, vi } from 'vitest'
import { onIdentityChange } from '../../js/adapters/identity.js'
import { createTestAuth } from '../../js/testing.js'

const ADA = { user: { id: 1, name: 'Ada' } }
const BOB = { user: { id: 2, name: 'Bob' } }

function setUp() {
  const auth = createTestAuth<typeof ADA.user>({ session: ADA })
  const queryClient = new QueryClient()
  onIdentityChange(auth, ({ current }) => {
    if (current.status !== 'authenticated') return queryClient.clear()
    queryClient.getMutationCache().clear()
    return queryClient.resetQueries()
  })
  const notes = { queryKey: ['notes'], queryFn: async () => `of ${auth.snapshot.user?.name}` }
  return { auth, queryClient, notes }
}

test('TanStack Query forgets the data of a user who signs out', async () => {
  const { auth, queryClient, notes } = setUp()
  await queryClient.fetchQuery(notes)
  await auth.refresh()
  expect(queryClient.getQueryData(['notes'])).toBe('of Ada')
  await auth.signOut()
  expect(queryClient.getQueryData(['notes'])).toBe(undefined)
})

test('an open page with TanStack Query gets the data of the next user', async () => {
  const { auth, queryClient, notes } = setUp()
  const shown: unknown[] = []
  const observer = new QueryObserver(queryClient, notes)
  const stop = observer.subscribe(({ data }) => void shown.push(data))
  await vi.waitFor(() => expect(shown.at(-1)).toBe('of Ada'))
  auth.become(BOB)
  await vi.waitFor(() => expect(shown.at(-1)).toBe('of Bob'))
  expect(shown.slice(shown.lastIndexOf('of Ada') + 1), 'no data of anybody in between').toContain(undefined)
  stop()
})

test('a request of TanStack Query that is on its way when the user leaves does not fill the cache', async () => {
  const { auth, queryClient } = setUp()
  let answer = (_: string) => {}
  const answered = new Promise<string>((resolve) => {
    answer = resolve
  })
  const asked = queryClient.fetchQuery({ queryKey: ['notes'], queryFn: () => answered }).catch(() => {})
  await auth.signOut()
  answer('of Ada')
  await asked
  expect(queryClient.getQueryData(['notes'])).toBe(undefined)
})
