/** Attempts that are repeated, and calls that end with their client. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLifetime } from '../../js/common/lifetime.js'
import { createListeners } from '../../js/common/listeners.js'
import { createRetry } from '../../js/common/retry.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Attempts that never succeed by themselves, and the times at which they began. */
function failing() {
  const began = Date.now()
  const attempts: number[] = []
  const state = { isDone: false }
  const retry = createRetry(
    async () => void attempts.push(Date.now() - began),
    () => state.isDone,
  )
  return { retry, attempts, state }
}

const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis)

test('each pause is twice the one before, up to 30 s', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1)
  const { retry, attempts } = failing()
  retry.start()
  await pass(100_000)
  expect(attempts).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 61_000, 91_000])
})

test('a pause is at least half as long, so that clients do not retry at the same time', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const { retry, attempts } = failing()
  retry.start()
  await pass(2000)
  expect(attempts).toEqual([0, 500, 1500])
})

test('a second start changes nothing while the attempts run, and starts them again when they are done', async () => {
  const { retry, attempts, state } = failing()
  retry.start()
  retry.start()
  await pass(0)
  expect(attempts).toHaveLength(1)
  state.isDone = true
  await pass(1000)
  expect(attempts).toHaveLength(1)
  state.isDone = false
  retry.start()
  await pass(0)
  expect(attempts).toHaveLength(2)
})

test('after an attempt that succeeds, no timer remains', async () => {
  const { retry, state } = failing()
  retry.start()
  state.isDone = true
  await pass(0)
  expect(vi.getTimerCount()).toBe(0)
})

test('`retryNow` ends the pause at once, and leaves no timer of it', async () => {
  const { retry, attempts } = failing()
  retry.retryNow()
  retry.start()
  await pass(0)
  retry.retryNow()
  await pass(0)
  expect([attempts, vi.getTimerCount()]).toEqual([[0, 0], 1])
})

test('after `stop` there is no attempt and no timer, and no start', async () => {
  const { retry, attempts } = failing()
  retry.start()
  await pass(0)
  retry.stop()
  await pass(60_000)
  retry.start()
  await pass(60_000)
  expect([attempts, vi.getTimerCount()]).toEqual([[0], 0])
})

test('calls that are open at the end of a lifetime reject, and no call begins after it', async () => {
  const lifetime = createLifetime()
  expect(lifetime.isOver).toBe(false)
  const open = lifetime.during(() => new Promise(() => {}))
  lifetime.end('over')
  await expect(open).rejects.toBe('over')
  expect(lifetime.isOver).toBe(true)
  const start = vi.fn(async () => {})
  await expect(lifetime.during(start)).rejects.toBe('over')
  expect(start).not.toHaveBeenCalled()
})

test('a call has the result of its work, and rejects with the reason of its signal', async () => {
  const lifetime = createLifetime()
  const { signal } = new AbortController()
  expect(await lifetime.during(async () => 7, signal)).toBe(7)
  await expect(lifetime.during(() => Promise.reject('no'))).rejects.toBe('no')
  const controller = new AbortController()
  const open = lifetime.during(() => new Promise(() => {}), controller.signal)
  controller.abort('enough')
  await expect(open).rejects.toBe('enough')
})

test('a listener that is added twice is called twice, and each removal undoes one call', () => {
  const { add, emit, clear } = createListeners<number>()
  const heard: number[] = []
  const listener = (value: number) => void heard.push(value)
  const remove = add(listener)
  add(listener)
  emit(1)
  remove()
  remove()
  emit(2)
  clear()
  emit(3)
  expect(heard).toEqual([1, 1, 2])
})

test('a listener that is added during a call is called from the next value on', () => {
  const { add, emit } = createListeners<number>()
  const heard: number[] = []
  add((value) => {
    if (value === 1) add((later) => void heard.push(later))
  })
  emit(1)
  emit(2)
  expect(heard).toEqual([2])
})
