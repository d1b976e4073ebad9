import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { listenForVaultLifecycle } from '../../js/vault/lifecycle.js'
import { requestLock } from '../../js/vault/lock.js'
import { openPeerChannel } from '../../js/vault/peer-channel.js'
import { stubPage } from './port.js'

let show: ReturnType<typeof stubPage>['show']

beforeEach(() => {
  show = stubPage().show
})
afterEach(() => vi.unstubAllGlobals())

/** A lock manager that grants when the test calls `grant`. */
function stubLocks() {
  const held: { grant(): Promise<void>; signal: AbortSignal } = {
    grant: async () => {},
    signal: new AbortController().signal,
  }
  const request = (_: string, { signal }: { signal: AbortSignal }, granted: () => Promise<void>) => {
    held.signal = signal
    return new Promise<void>((resolve, reject) => {
      held.grant = () => granted().then(resolve)
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  }
  vi.stubGlobal('navigator', { locks: { request } })
  return held
}

test('a lock is held from its grant until its release', async () => {
  const held = stubLocks()
  const lock = requestLock('app')
  const over = held.grant()
  await lock?.granted
  lock?.release()
  await over
  expect(held.signal.aborted).toBe(false)
})

test('a lock that is released before its grant is no longer requested', async () => {
  const held = stubLocks()
  const lock = requestLock('app')
  lock?.release()
  await expect(lock?.granted).rejects.toThrow('aborted')
  expect(held.signal.aborted).toBe(true)
})

test('without a lock manager, no lock is requested', () => {
  vi.stubGlobal('navigator', {})
  expect(requestLock('app')).toBeUndefined()
})

test('tabs get the messages of other tabs, and no unknown messages, until they are closed', async () => {
  const heard: string[] = []
  const [one, other] = [openPeerChannel('app', () => {}), openPeerChannel('app', (word) => heard.push(word))]
  const foreign = new BroadcastChannel('app')
  foreign.postMessage({ changed: true })
  one.post('changed')
  await vi.waitFor(() => expect(heard).toEqual(['changed']))
  one.close()
  one.post('signed-out')
  other.close()
  foreign.close()
})

test('without BroadcastChannel, posting does nothing and does not fail', () => {
  vi.stubGlobal('BroadcastChannel', undefined)
  const channel = openPeerChannel('app', () => {})
  channel.post('changed')
  channel.close()
})

test('a page notifies its vault when it is shown again, resumed, restored or online, until it stops listening', () => {
  const wake = vi.fn()
  const stop = listenForVaultLifecycle(wake)
  const fireAll = () => {
    show('online')
    show('pageshow', { persisted: false })
    show('pageshow', { persisted: true })
    show('resume')
    show('visibilitychange')
    Object.assign(document, { hidden: true })
    show('visibilitychange')
  }
  fireAll()
  expect(wake.mock.calls.flat()).toEqual(['online', 'restored', 'woke', 'woke'])
  stop()
  fireAll()
  expect(wake).toHaveBeenCalledTimes(4)
})

test('a worker notifies its vault only when the network is back', () => {
  vi.stubGlobal('document', undefined)
  const wake = vi.fn()
  const stop = listenForVaultLifecycle(wake)
  show('online')
  show('pageshow', { persisted: true })
  expect(wake.mock.calls).toEqual([['online']])
  stop()
})

test('a vault hears the events of its page before the listeners of the application', () => {
  const listen = vi.spyOn(globalThis, 'addEventListener')
  const stop = listenForVaultLifecycle(() => {})
  const options = listen.mock.calls.map(([type, , given]) => [type, given])
  const given = { capture: true, signal: expect.any(AbortSignal) }
  expect(options).toEqual(
    ['online', 'pagehide', 'pageshow', 'resume', 'visibilitychange'].map((type) => [type, given]),
  )
  stop()
})

test('a page that is hidden does not wake its vault, and one that is shown does', () => {
  const wake = vi.fn()
  const stop = listenForVaultLifecycle(wake)
  Object.assign(document, { hidden: true })
  show('visibilitychange')
  show('pagehide')
  expect(wake).not.toHaveBeenCalled()
  Object.assign(document, { hidden: false })
  show('visibilitychange')
  expect(wake.mock.calls).toEqual([['woke']])
  stop()
})
