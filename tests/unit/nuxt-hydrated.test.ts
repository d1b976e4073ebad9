import { expect, test, vi } from 'vitest'
import type { Snapshot } from '../../js/common/types.js'
import { asRendered } from '../../js/nuxt/runtime/hydrated.js'
import { createTestAuth } from '../../js/testing.js'

const ADA = { user: { name: 'Ada' } }

/** A page that was rendered for Ada, in a browser whose session is `session`. */
function open(session: 'signed-out' | typeof ADA) {
  const auth = createTestAuth<never>({ session: session as never })
  const rendered = createTestAuth<never>({ session: ADA as never }).snapshot as Snapshot<never>
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  const shown = asRendered(auth, rendered, promise)
  const listener = vi.fn()
  const stop = shown.subscribe(listener)
  const hydrate = async () => {
    resolve()
    await promise.finally(() => {})
  }
  return { auth, shown, listener, stop, hydrate }
}

test('a page shows the rendered session until it has hydrated, and then the current session', async () => {
  const { auth, shown, listener, hydrate } = open('signed-out')
  expect(shown.snapshot).toMatchObject({ status: 'authenticated', ...ADA })
  auth.become('revoked')
  expect([shown.snapshot.status, listener.mock.calls]).toEqual(['authenticated', []])
  await hydrate()
  expect([shown.snapshot, listener.mock.calls]).toEqual([auth.snapshot, [[auth.snapshot]]])
  auth.become('expired')
  expect(listener.mock.lastCall?.[0]).toMatchObject({ reason: 'expired' })
})

test('hydration notifies no listener when the session is the same, or after the listener has stopped', async () => {
  const same = open(ADA)
  await same.hydrate()
  expect([same.shown.snapshot === same.auth.snapshot, same.listener.mock.calls]).toEqual([true, []])
  const stopped = open('signed-out')
  stopped.stop()
  await stopped.hydrate()
  expect(stopped.listener).not.toHaveBeenCalled()
})
