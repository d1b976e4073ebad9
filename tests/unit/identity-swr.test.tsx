// @vitest-environment jsdom
// The recipe of docs/identity.md for SWR, with the real library.
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import useSWR, { mutate } from 'swr'
import { expect, test, vi } from 'vitest'
import { onIdentityChange } from '../../js/adapters/identity.js'
import { createTestAuth } from '../../js/testing.js'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const ADA = { user: { id: 1, name: 'Ada' } }
const BOB = { user: { id: 2, name: 'Bob' } }

/** A page that shows its notes. */
async function open(key: string, fetcher: () => Promise<string>) {
  const element = document.createElement('div')
  const root = createRoot(element)
  function Notes() {
    return <p>{useSWR(key, fetcher).data ?? 'nothing'}</p>
  }
  await act(() => root.render(<Notes />))
  return { element, close: () => act(() => root.unmount()) }
}

function setUp() {
  const auth = createTestAuth<typeof ADA.user>({ session: ADA })
  onIdentityChange(auth, ({ current }) =>
    mutate(() => true, undefined, { revalidate: current.status === 'authenticated' }),
  )
  return auth
}

test('SWR forgets the data of a user who signs out', async () => {
  const auth = setUp()
  const fetcher = vi.fn(async () => `of ${auth.snapshot.user?.name}`)
  const { element, close } = await open('/notes/1', fetcher)
  await vi.waitFor(() => expect(element.textContent).toBe('of Ada'))
  await act(() => auth.refresh())
  expect(element.textContent).toBe('of Ada')
  await act(() => auth.signOut())
  await vi.waitFor(() => expect(element.textContent).toBe('nothing'))
  expect(fetcher).toHaveBeenCalledTimes(1)
  await close()
})

test('an open page with SWR gets the data of the next user', async () => {
  const auth = setUp()
  const { element, close } = await open('/notes/2', async () => `of ${auth.snapshot.user?.name}`)
  await vi.waitFor(() => expect(element.textContent).toBe('of Ada'))
  await act(() => auth.become(BOB))
  await vi.waitFor(() => expect(element.textContent).toBe('of Bob'))
  await close()
})
