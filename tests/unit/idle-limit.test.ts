import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createIdleLimit } from '../../js/vault/idle.js'

const MINUTE = 60_000

/** The storage of a browser that all vaults share. IndexedDB exists only in browsers; tests/e2e/idle.spec.ts uses it. */
let stored: number | undefined
vi.mock('../../js/vault/idle-store.js', () => ({
  createIdleStore: () => ({
    read: async () => stored,
    write: async (at: number) => {
      stored = at
    },
  }),
}))

beforeEach(() => {
  vi.useFakeTimers()
  stored = undefined
})
afterEach(() => vi.useRealTimers())

/** A vault whose user is signed in, with 30 minutes until the end and a warning of one minute. */
async function open(name = crypto.randomUUID()) {
  const vault = { isSignedIn: true, ended: 0, warnings: [] as number[], changes: 0 }
  const limit = await createIdleLimit({
    name,
    after: 30 * MINUTE,
    warn: MINUTE,
    isSignedIn: () => vault.isSignedIn,
    onChange: () => (vault.changes += 1),
    onWarning: (endsAt) => vault.warnings.push(endsAt),
    onEnd() {
      vault.ended += 1
      vault.isSignedIn = false
    },
  })
  limit.check()
  closing.push(limit.close)
  return { limit, vault, name }
}

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

test('after 29 minutes without activity the warning begins, and after 30 the session ends', async () => {
  const { limit, vault } = await open()
  const endsAt = Date.now() + 30 * MINUTE
  await vi.advanceTimersByTimeAsync(29 * MINUTE - 1)
  expect([limit.warning, vault.warnings]).toEqual([null, []])
  await vi.advanceTimersByTimeAsync(1)
  expect([limit.warning, vault.warnings, vault.changes]).toEqual([{ endsAt }, [endsAt], 1])
  await vi.advanceTimersByTimeAsync(MINUTE - 1)
  expect(vault.ended).toBe(0)
  await vi.advanceTimersByTimeAsync(1)
  expect(vault.ended).toBe(1)
})

test('activity during the warning ends it and restarts the time', async () => {
  const { limit, vault } = await open()
  await vi.advanceTimersByTimeAsync(29.5 * MINUTE)
  limit.restart()
  expect([limit.warning, vault.changes]).toEqual([null, 2])
  await vi.advanceTimersByTimeAsync(29.9 * MINUTE)
  expect([limit.warning !== null, vault.ended]).toEqual([true, 0])
})

test('activity after the time is over does not save the session, even if the timer is late', async () => {
  const { limit, vault } = await open()
  vi.setSystemTime(Date.now() + 31 * MINUTE)
  limit.restart()
  expect(vault.ended).toBe(1)
})

test('a machine that slept longer than the limit ends the session when it wakes', async () => {
  const { limit, vault } = await open()
  vi.setSystemTime(Date.now() + 60 * MINUTE)
  limit.check()
  expect(vault.ended).toBe(1)
})

test('nothing ends while nobody is signed in, and a sign-in starts with the whole time', async () => {
  const { limit, vault } = await open()
  vault.isSignedIn = false
  await vi.advanceTimersByTimeAsync(60 * MINUTE)
  expect([vault.ended, vault.warnings]).toEqual([0, []])
  limit.restart()
  vault.isSignedIn = true
  limit.check()
  await vi.advanceTimersByTimeAsync(28 * MINUTE)
  expect([vault.ended, vault.warnings]).toEqual([0, []])
})

test('a browser that was closed longer than the limit has a session that is over', async () => {
  stored = Date.now()
  vi.setSystemTime(Date.now() + 31 * MINUTE)
  expect((await open()).limit.isOver()).toBe(true)
  stored = Date.now()
  expect((await open()).limit.isOver()).toBe(false)
})

test('activity in one vault restarts the time in the others', async () => {
  vi.useRealTimers()
  const one = await open()
  const other = await open(one.name)
  const before = stored
  const heard = vi.spyOn(other.limit, 'check')
  await new Promise((resolve) => setTimeout(resolve, 5))
  one.limit.restart()
  await vi.waitFor(() => expect(stored).not.toBe(before))
  heard.mockRestore()
  expect(other.limit.isOver()).toBe(false)
})

test('a forged message can only restart the time, and not move it into the future', async () => {
  vi.useRealTimers()
  const { limit, vault, name } = await open()
  const channel = new BroadcastChannel(`${name} idle`)
  for (const forged of [Date.now() + 60 * MINUTE, Number.NaN, 'now', null, -1]) channel.postMessage(forged)
  const done = new BroadcastChannel('done')
  const echo = new BroadcastChannel('done')
  const heard = new Promise((resolve) => {
    echo.onmessage = resolve
  })
  done.postMessage('all earlier messages have been delivered')
  await heard
  expect([limit.warning, vault.ended]).toEqual([null, 0])
  for (const opened of [channel, done, echo]) opened.close()
})
