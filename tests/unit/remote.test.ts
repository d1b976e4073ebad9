import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LOADING } from '../../js/common/snapshot.js'
import { VERSION } from '../../js/protocol/messages.js'
import { ADA, FakePort, open, openPage, settled, stubPage, WELCOME, watch } from './port.js'

let page: ReturnType<typeof stubPage>

beforeEach(() => {
  vi.useFakeTimers()
  page = stubPage()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const restore = () => page.show('pageshow', { persisted: true })
const settledMessage = (id: unknown, value: unknown = null) => ({ type: 'settled', id, value })

test('a page restored from the back/forward cache treats its vault as lost when the vault does not respond to `hello`', async () => {
  const { vault, port, close, onLost, shown } = await openPage()
  port.receive({ type: 'snapshot', snapshot: { ...ADA } })
  page.show('pagehide')
  restore()
  expect(port.posted.at(-1)).toEqual({ type: 'hello', version: VERSION, restored: true })
  expect(shown()).toBe(LOADING)
  await vi.advanceTimersByTimeAsync(14_900)
  expect(onLost).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(200)
  expect([onLost.mock.calls.length, close.mock.calls.length]).toEqual([1, 1])
  await expect(vault.run('ready', undefined)).rejects.toMatchObject({ code: 'vault-lost' })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(onLost).toHaveBeenCalledTimes(1)
})

test('a page restored from the back/forward cache continues with its vault when the vault responds', async () => {
  const { port, onLost, shown } = await openPage()
  page.show('pagehide')
  restore()
  // The thread was blocked when the welcome arrived: the timer fires once before it, but not three times.
  await vi.advanceTimersByTimeAsync(9_000)
  port.receive(WELCOME)
  port.receive({ type: 'snapshot', snapshot: { ...ADA } })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(onLost).not.toHaveBeenCalled()
  expect(shown()).toEqual(ADA)
})

test('a restored page that its vault refuses treats the vault as lost after 15 s, and one that is hidden again waits', async () => {
  const refused = await openPage()
  restore()
  refused.port.receive({ type: 'refused', error: { kind: 'auth', name: 'vault-failed', message: 'x' } })
  // Another script of the page may have sent a `hello`. So a refusal of a running vault is ignored, and no welcome counts.
  await settled()
  expect(refused.onLost).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(14_900)
  refused.port.receive({ type: 'pong', instance: 'first', unknown: [] })
  await vi.advanceTimersByTimeAsync(200)
  expect(refused.onLost).toHaveBeenCalledTimes(1)

  const hidden = await openPage()
  restore()
  page.show('pagehide')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(hidden.onLost).not.toHaveBeenCalled()
})

test('a refusal without a `hello` of this client changes nothing, because another script may have sent the `hello`', async () => {
  const { port, vault, onLost } = await openPage()
  port.receive({ type: 'refused', error: { kind: 'auth', name: 'vault-mismatch', message: 'x' } })
  const ready = watch(vault.run('ready', undefined))
  await settled()
  expect([onLost.mock.calls.length, ready.outcome]).toEqual([0, 'open'])
})

test('a restored page that closes its vault before the welcome does not report it as lost', async () => {
  const { vault, onLost } = await openPage()
  restore()
  vault.close()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(onLost).not.toHaveBeenCalled()
})

test('a page that is hidden before its first welcome sends `bye`, and sends `hello` again when it is restored', async () => {
  const port = new FakePort()
  const { opening, onLost, onSnapshot } = open(port)
  page.show('pagehide')
  restore()
  expect(port.posted.map(({ type }) => type)).toEqual(['hello', 'bye', 'hello'])
  // The time limit for starting a vault applies here. It is not part of `openRemote`.
  await vi.advanceTimersByTimeAsync(20_000)
  port.receive(WELCOME)
  await opening
  expect(onSnapshot.mock.calls).toEqual([[LOADING]])
  expect(onLost).not.toHaveBeenCalled()
})

test('a ping lists the open calls, and no ping is sent when there are none', async () => {
  const { vault, port } = await openPage()
  const calls = [watch(vault.run('ready', undefined)), watch(vault.run('signOut', undefined))]
  await vi.advanceTimersByTimeAsync(5000)
  expect(port.of('ping')).toEqual([{ type: 'ping', calls: [1, 2] }])
  port.receive(settledMessage(1, 'known'))
  port.receive({ type: 'pong', instance: 'first', unknown: [] })
  await vi.advanceTimersByTimeAsync(5000)
  expect(port.of('ping').at(-1)).toEqual({ type: 'ping', calls: [2] })
  expect(calls.map(({ outcome }) => outcome)).toEqual(['known', 'open'])
  port.receive(settledMessage(2))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(port.of('ping')).toHaveLength(2)
})

test('a call that the vault does not know fails; a call that the vault has just settled, or gets later, does not', async () => {
  const { vault, port } = await openPage()
  const [lost, answered] = [watch(vault.run('ready', undefined)), watch(vault.run('signOut', undefined))]
  await vi.advanceTimersByTimeAsync(5000)
  const later = watch(vault.run('ready', undefined))
  // The vault had settled call 2 before the ping arrived. So the pong lists it as unknown, too.
  port.receive(settledMessage(2, 'answered'))
  port.receive({ type: 'pong', instance: 'first', unknown: [1, 2] })
  await settled()
  expect([lost, answered, later].map(({ outcome }) => outcome)).toEqual(['vault-lost', 'answered', 'open'])
  expect(port.thrown).toEqual([])
  port.receive(settledMessage(3, 'later'))
  await settled()
  expect(later.outcome).toBe('later')
})

test('a vault that answers no pings while calls are open is lost after 15 s, once', async () => {
  const { vault, onLost, close, fetch } = await openPage()
  const calls = [watch(vault.run('ready', undefined)), watch(fetch())]
  await vi.advanceTimersByTimeAsync(14_900)
  expect([calls[0]?.outcome, onLost.mock.calls.length]).toEqual(['open', 0])
  await vi.advanceTimersByTimeAsync(200)
  expect(calls.map(({ outcome }) => outcome)).toEqual(['vault-lost', 'vault-lost'])
  await vi.advanceTimersByTimeAsync(60_000)
  expect([onLost.mock.calls.length, close.mock.calls.length]).toEqual([1, 1])
})

test('while the status is `loading`, a vault that answers no pings is lost after 15 s, without a call of the page', async () => {
  const { port, onLost } = await openPage()
  port.receive({ type: 'snapshot', snapshot: LOADING })
  await vi.advanceTimersByTimeAsync(10_100)
  expect(port.of('ping')).toEqual(Array(2).fill({ type: 'ping', calls: [] }))
  port.receive({ type: 'pong', instance: 'first', unknown: [] })
  await vi.advanceTimersByTimeAsync(14_800)
  expect(onLost).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(200)
  expect(onLost).toHaveBeenCalledTimes(1)
})

test('a page whose status is known and that has no open calls sends no pings', async () => {
  const { port, onLost } = await openPage()
  port.receive({ type: 'snapshot', snapshot: LOADING })
  port.receive({ type: 'snapshot', snapshot: { ...ADA } })
  await vi.advanceTimersByTimeAsync(60_000)
  expect([port.of('ping').length, onLost.mock.calls.length]).toEqual([0, 0])
})

for (const type of ['ping', 'pong'] as const) {
  test(`a page that gets a ${type} of another instance fails its calls and repeats its handshake on the same port`, async () => {
    const { vault, port, onLost, close, fetch, onSnapshot, onEvent } = await openPage()
    vault.reportRequests()
    const calls = [
      watch(vault.run('ready', undefined)),
      watch(fetch()),
      watch(vault.run('signIn', { credentials: 'raw', by: undefined })),
      watch(vault.run('signOut', undefined)),
    ]
    await settled()
    const before = port.posted.length
    port.receive({ type, instance: 'second', ...(type === 'pong' && { unknown: [] }) })
    await settled()
    expect(calls.map(({ outcome }) => outcome)).toEqual(Array(4).fill('vault-lost'))
    expect(port.posted.slice(before)).toEqual([
      { type: 'hello', version: VERSION, restored: false },
      { type: 'report-requests' },
      ...(type === 'ping' ? [{ type: 'pong' }] : []),
    ])
    port.receive({ ...WELCOME, instance: 'second' })
    port.receive({ type: 'snapshot', snapshot: { ...ADA } })
    port.receive({ type: 'event', event: { type: 'signed-in' } })
    expect([onSnapshot.mock.calls, onEvent.mock.calls]).toEqual([[[ADA]], [[{ type: 'signed-in' }]]])
    const again = watch(vault.run('ready', undefined))
    port.receive(settledMessage(5, 'again'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(again.outcome).toBe('again')
    expect([onLost.mock.calls.length, close.mock.calls.length]).toEqual([0, 0])
  })
}

test('another instance is lost when it does not welcome the page, and gets no second `hello` when it does so at once', async () => {
  const silent = await openPage()
  silent.port.receive({ type: 'ping', instance: 'second' })
  await vi.advanceTimersByTimeAsync(15_100)
  expect(silent.onLost).toHaveBeenCalledTimes(1)

  const welcomed = await openPage()
  const call = watch(welcomed.vault.run('ready', undefined))
  welcomed.port.receive({ ...WELCOME, instance: 'second' })
  await settled()
  expect([call.outcome, welcomed.port.of('hello').length]).toEqual(['vault-lost', 1])
})

test('a vault that restarts before its first welcome gets another `hello`', async () => {
  const port = new FakePort()
  const { opening } = open(port)
  port.receive({ type: 'ping', instance: 'first' })
  port.receive({ type: 'ping', instance: 'second' })
  expect(port.of('hello')).toHaveLength(2)
  port.receive({ ...WELCOME, instance: 'second' })
  expect(await (await opening).origins()).toEqual(['https://api.test'])
})

test('a message that cannot be deserialised fails all open calls, because its call is unknown', async () => {
  const { port, fetch } = await openPage()
  const call = watch(fetch())
  await settled()
  port.receive(null, 'messageerror')
  await settled()
  expect(call.outcome).toBe('vault-lost')
})

test('the page sends the value of a cookie that the vault asks for, and null if there is none', async () => {
  const { port } = await openPage()
  for (const name of ['csrf', 'other']) port.receive({ type: 'cookie', name })
  expect(port.of('cookie')).toEqual([
    { type: 'cookie', name: 'csrf', value: 'one' },
    { type: 'cookie', name: 'other', value: null },
  ])
})

test('a page that is visible again tells the vault, whose timers may be late', async () => {
  const { port } = await openPage()
  for (const type of ['resume', 'visibilitychange']) page.show(type)
  expect(port.of('woke')).toEqual(Array(2).fill({ type: 'woke' }))
})

test('messages that are not of a vault, as the script of a worker may post them, are ignored', async () => {
  const { port, onSnapshot, onEvent } = await openPage()
  const before = port.posted.length
  for (const message of [null, undefined, 'text', 5, {}, { type: 5 }]) port.receive(message)
  expect([port.thrown, port.posted.length]).toEqual([[], before])
  for (const called of [onSnapshot, onEvent]) expect(called).not.toHaveBeenCalled()
})

test('the first `hello` is not that of a restored page', () => {
  const port = new FakePort()
  open(port)
  expect(port.posted).toEqual([{ type: 'hello', version: VERSION, restored: false }])
})

test('a vault that refuses the first `hello` fails with its error, and is not lost, because it never was there', async () => {
  const port = new FakePort()
  const { opening, close, onLost } = open(port)
  port.receive({ type: 'refused', error: { kind: 'auth', name: 'vault-failed', message: 'no core' } })
  await expect(opening).rejects.toMatchObject({ name: 'AuthError', code: 'vault-failed', message: 'no core' })
  expect([close.mock.calls.length, onLost.mock.calls.length]).toEqual([1, 0])
})

test('a vault of another version is closed once, however often it responds', async () => {
  const port = new FakePort()
  const { opening, close } = open(port)
  for (let time = 0; time < 2; time++) port.receive({ ...WELCOME, version: 0 })
  await expect(opening).rejects.toMatchObject({ code: 'vault-mismatch' })
  expect(close).toHaveBeenCalledTimes(1)
})

test('the calls of a vault that the page closes fail with `closed`, and it is closed once', async () => {
  const { vault, port, close } = await openPage()
  const call = watch(vault.run('ready', undefined))
  for (let time = 0; time < 2; time++) vault.close()
  await settled()
  expect([call.outcome, close.mock.calls.length]).toEqual(['closed', 1])
  expect(port.of('bye')).toHaveLength(1)
  await expect(vault.run('ready', undefined)).rejects.toMatchObject({ code: 'closed' })
})

test('a page that wants events for requests says so', async () => {
  const { vault, port } = await openPage()
  expect(port.of('report-requests')).toEqual([])
  vault.reportRequests()
  expect(port.posted.at(-1)).toEqual({ type: 'report-requests' })
})

test('the open calls of a page that goes into the back/forward cache fail as in fetch, with the reason', async () => {
  const { vault } = await openPage()
  const call = vault.run('ready', undefined)
  restore()
  await expect(call).rejects.toThrow(new TypeError('The page was suspended.'))
})

test('a restored page whose vault responds, now and later, keeps it while a call is open', async () => {
  const { vault, port, onLost } = await openPage()
  restore()
  port.receive(WELCOME)
  port.receive({ type: 'snapshot', snapshot: { ...ADA } })
  const call = watch(vault.run('ready', undefined))
  for (let pings = 0; pings < 6; pings++) {
    await vi.advanceTimersByTimeAsync(5000)
    port.receive({ type: 'pong', instance: 'first', unknown: [] })
  }
  expect([onLost.mock.calls.length, call.outcome]).toEqual([0, 'open'])
})
