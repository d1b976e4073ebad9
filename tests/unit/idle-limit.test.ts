import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createIdleLimit } from '../../js/vault/idle.js'

const MINUTE = 60_000

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

/** A vault whose user is signed in, with 30 minutes until the end and a warning of one minute. */
function open({ name = crypto.randomUUID() as string, idleFor = 0 } = {}) {
  const vault = { isSignedIn: true, ended: 0, warnings: [] as number[], changes: 0, stored: [] as number[] }
  const limit = createIdleLimit({
    name,
    last: Date.now() - idleFor,
    store: (at) => vault.stored.push(at),
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
  const { limit, vault } = open()
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
  const { limit, vault } = open()
  await vi.advanceTimersByTimeAsync(29.5 * MINUTE)
  limit.restart()
  expect([limit.warning, vault.changes]).toEqual([null, 2])
  await vi.advanceTimersByTimeAsync(29.9 * MINUTE)
  expect([limit.warning !== null, vault.ended]).toEqual([true, 0])
})

test('activity after the time is over does not save the session, even if the timer is late', async () => {
  const { limit, vault } = open()
  vi.setSystemTime(Date.now() + 31 * MINUTE)
  limit.restart()
  expect(vault.ended).toBe(1)
})

test('a machine that slept longer than the limit ends the session when it wakes', async () => {
  const { limit, vault } = open()
  vi.setSystemTime(Date.now() + 60 * MINUTE)
  limit.check()
  expect(vault.ended).toBe(1)
})

test('nothing ends while nobody is signed in, and a sign-in starts with the whole time', async () => {
  const { limit, vault } = open()
  vault.isSignedIn = false
  await vi.advanceTimersByTimeAsync(60 * MINUTE)
  expect([vault.ended, vault.warnings]).toEqual([0, []])
  limit.restart()
  vault.isSignedIn = true
  limit.check()
  await vi.advanceTimersByTimeAsync(28 * MINUTE)
  expect([vault.ended, vault.warnings]).toEqual([0, []])
})

test('a browser that was closed longer than the limit has a session that is over', () => {
  expect(open({ idleFor: 30 * MINUTE }).limit.isOver()).toBe(true)
  expect(open({ idleFor: 30 * MINUTE - 1 }).limit.isOver()).toBe(false)
})

test('the time of the last activity is stored, at most once in a second', () => {
  const { limit, vault } = open()
  const start = Date.now()
  limit.restart()
  vi.setSystemTime(start + 999)
  limit.restart()
  vi.setSystemTime(start + 1000)
  limit.restart()
  expect(vault.stored).toEqual([start, start + 1000])
})

test('activity in one vault ends the warning in another', async () => {
  vi.useRealTimers()
  const one = open({ idleFor: 29.5 * MINUTE })
  const other = open({ idleFor: 29.5 * MINUTE, name: one.name })
  expect(other.limit.warning).not.toBeNull()
  one.limit.restart()
  await vi.waitFor(() => expect(other.limit.warning).toBeNull())
})

test('a forged message can only restart the time, and not move it into the future', async () => {
  vi.useRealTimers()
  const { limit, vault, name } = open({ idleFor: 29.5 * MINUTE })
  const channel = new BroadcastChannel(`${name} idle`)
  for (const forged of [Date.now() + 60 * MINUTE, Number.NaN, 'now', null, -1]) channel.postMessage(forged)
  // The channel keeps the order of its messages, so the others have been delivered when this one has its effect.
  channel.postMessage(Date.now())
  await vi.waitFor(() => expect(limit.warning).toBeNull())
  channel.close()
  expect(vault.ended).toBe(0)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31 * MINUTE })
  expect(limit.isOver()).toBe(true)
})

test('activity at the very end does not save the session', () => {
  const { limit, vault } = open()
  vi.setSystemTime(Date.now() + 30 * MINUTE)
  limit.restart()
  expect(vault.ended).toBe(1)
})

test('a message of another script restarts nothing if it is no time, or is in the future', async () => {
  vi.useRealTimers()
  const { limit, name } = open({ idleFor: 29.5 * MINUTE })
  const before = limit.warning
  const script = new BroadcastChannel(`${name} idle`)
  closing.push(() => script.close())
  for (const word of ['now', null, {}, String(Date.now()), Date.now() + MINUTE]) script.postMessage(word)
  // Messages arrive in order, so the others have arrived when this one has an effect.
  script.postMessage(Date.now() - 29.2 * MINUTE)
  await vi.waitFor(() => expect(limit.warning).not.toEqual(before))
  expect(limit.warning).not.toBeNull()
})

test('a vault that is closed ends no session any more, and hears no other vault', async () => {
  const { limit, vault, name } = open()
  limit.close()
  await vi.advanceTimersByTimeAsync(60 * MINUTE)
  expect([vault.ended, vault.warnings]).toEqual([0, []])
  vi.useRealTimers()
  const other = open({ name, idleFor: 29.5 * MINUTE })
  other.limit.restart()
  await vi.waitFor(() => expect(other.limit.warning).toBeNull())
  expect([vault.ended, vault.changes]).toEqual([0, 0])
})

test('a limit that is longer than the longest timer of a browser is checked rarely, and holds', async () => {
  let checks = 0
  const day = 24 * 60 * MINUTE
  const ended = vi.fn()
  const limit = createIdleLimit({
    name: crypto.randomUUID(),
    last: Date.now(),
    store() {},
    after: 60 * day,
    warn: MINUTE,
    isSignedIn() {
      checks += 1
      return ended.mock.calls.length === 0
    },
    onChange() {},
    onWarning() {},
    onEnd: ended,
  })
  closing.push(limit.close)
  limit.check()
  await vi.advanceTimersByTimeAsync(24 * day)
  expect([checks, ended.mock.calls.length]).toEqual([1, 0])
  await vi.advanceTimersByTimeAsync(36 * day)
  expect(ended).toHaveBeenCalledTimes(1)
})
