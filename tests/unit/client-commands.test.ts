import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAuth } from '../../js/client/create-auth.js'
import { vaultError } from '../../js/vault/errors.js'
import { ADA, FakePort, stubPage, WELCOME } from './port.js'
import { scripted } from './scripted-vault.js'

beforeEach(() => void stubPage())
afterEach(() => vi.unstubAllGlobals())

test('commands get what they are called with', async () => {
  const { vault, placement } = scripted()
  const auth = createAuth(placement)
  await auth.ready
  await auth.signIn({ email: 'ada@example.com' }, { by: 'code' } as never)
  await auth.stay()
  await auth.ticket('/socket')
  expect(vault.run.mock.calls).toEqual([
    ['ready', undefined],
    ['signIn', { credentials: { json: '{"email":"ada@example.com"}' }, by: 'code' }],
    ['stay', undefined],
    ['ticket', '/socket'],
  ])
})

test('`ready` resolves with a known snapshot at once, also when the vault no longer responds', async () => {
  const { vault, placement, show } = scripted()
  const auth = createAuth(placement)
  await auth.ready
  show(ADA)
  vault.run.mockRejectedValue(vaultError('unreachable'))
  expect(await auth.ready).toBe(ADA)
})

test('the vault reports requests once a listener wants events, before or after the start, and not without one', async () => {
  const silent = scripted()
  await createAuth(silent.placement).ready
  expect(silent.vault.reportRequests).not.toHaveBeenCalled()

  const early = scripted()
  const waiting = createAuth(early.placement)
  waiting.onEvent(() => {})
  await waiting.ready
  expect(early.vault.reportRequests).toHaveBeenCalled()

  const late = scripted()
  const started = createAuth(late.placement)
  await started.ready
  for (let listener = 0; listener < 2; listener++) started.onEvent(() => {})
  await started.ready
  expect(late.vault.reportRequests).toHaveBeenCalledTimes(1)
})

test('a client that is disposed ends its worker, before or after it has started', async () => {
  for (const isEarly of [true, false]) {
    const terminate = vi.fn()
    const worker = Object.assign(new FakePort(), { terminate })
    const auth = createAuth({ worker: () => worker as unknown as Worker })
    await vi.waitFor(() => expect(worker.of('hello')).toHaveLength(1))
    if (isEarly) auth.dispose()
    worker.receive(WELCOME)
    if (!isEarly) auth.dispose()
    await vi.waitFor(() => expect(terminate).toHaveBeenCalledTimes(1))
  }
})

test('a vault that does not start emits `vault-failed` with the error of the calls', async () => {
  const auth = createAuth({ page: () => Promise.reject(vaultError('vault-failed')) })
  const events = vi.fn()
  auth.onEvent(events)
  const error = await auth.ready.catch((error) => error)
  expect(events.mock.calls).toEqual([[{ type: 'vault-failed', error }]])
})

test('commands resolve with the snapshot that the vault has shown before', async () => {
  const { vault, placement, show } = scripted()
  const auth = createAuth(placement)
  vault.run.mockImplementation(async () => show(ADA))
  expect(await auth.refresh({ tenant: 7 })).toBe(ADA)
  expect(await auth.restore()).toBe(ADA)
  expect(await auth.reloadUser()).toBe(ADA)
  expect(vault.run.mock.calls).toEqual([
    ['refresh', { tenant: 7 }],
    ['restore', undefined],
    ['reloadUser', undefined],
  ])
})
