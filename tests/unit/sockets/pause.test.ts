import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBackoff, createPause } from '../../../js/sockets/pause.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const next = (backoff: ReturnType<typeof createBackoff>, count: number) =>
  Array.from({ length: count }, () => backoff.next())

test('pauses double with each failure, up to 30 s, and begin anew after a success', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const backoff = createBackoff(() => 500)
  expect(next(backoff, 8)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  backoff.reset()
  expect(next(backoff, 2)).toEqual([500, 1000])
})

test('clients that fail at the same time wait up to half as long again', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  expect(
    next(
      createBackoff(() => 1000),
      2,
    ),
  ).toEqual([1250, 2500])
})

test('a first pause above 30 s stays', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  expect(
    next(
      createBackoff(() => 60_000),
      2,
    ),
  ).toEqual([60_000, 60_000])
})

/** A pause in a browser that may come online. */
function begin(millis: number | null, { signal } = new AbortController()) {
  const browser = new EventTarget()
  vi.stubGlobal('addEventListener', browser.addEventListener.bind(browser))
  vi.stubGlobal('removeEventListener', browser.removeEventListener.bind(browser))
  const pause = createPause()
  let isOver = false
  const ended = pause.wait(millis, signal).then(() => {
    isOver = true
  })
  const goOnline = () => browser.dispatchEvent(new Event('online'))
  return { ...pause, ended, goOnline, isOver: () => isOver }
}

test('a pause ends after its time', async () => {
  const { isOver } = begin(1000)
  await vi.advanceTimersByTimeAsync(999)
  expect(isOver()).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(isOver()).toBe(true)
})

test('a pause that is longer than a timer can be does not end at once', async () => {
  const { isOver } = begin(1e12)
  await vi.advanceTimersByTimeAsync(2 ** 31 - 2)
  expect(isOver()).toBe(false)
})

test('a pause ends when it is woken, when the browser is online again, and when it is aborted', async () => {
  const woken = begin(1000)
  woken.wake()
  await woken.ended
  const offline = begin(1000)
  offline.goOnline()
  await offline.ended
  const controller = new AbortController()
  const aborted = begin(1000, controller)
  controller.abort()
  await aborted.ended
  expect(vi.getTimerCount()).toBe(0)
})

test('a pause does not begin if it is aborted before', async () => {
  const controller = new AbortController()
  controller.abort()
  await begin(1000, controller).ended
  await begin(null, controller).ended
  expect(vi.getTimerCount()).toBe(0)
})

test('a pause without a time ends when it is woken, and not when the browser is online again', async () => {
  const { isOver, goOnline, wake, ended } = begin(null)
  goOnline()
  await vi.advanceTimersByTimeAsync(1e9)
  expect(isOver()).toBe(false)
  wake()
  await ended
})

test('nothing of a pause is left after its end', async () => {
  const controller = new AbortController()
  const pause = createPause()
  const first = pause.wait(1000, controller.signal)
  pause.wake()
  await first
  pause.wake()
  let isOver = false
  const second = pause.wait(2000, new AbortController().signal).then(() => {
    isOver = true
  })
  controller.abort()
  await vi.advanceTimersByTimeAsync(1999)
  expect(isOver, 'the timer and the signal of the first').toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  await second
  expect(vi.getTimerCount()).toBe(0)
})

test('a pause needs no browser', async () => {
  vi.stubGlobal('addEventListener', undefined)
  vi.stubGlobal('removeEventListener', undefined)
  const ended = createPause().wait(10, new AbortController().signal)
  await vi.advanceTimersByTimeAsync(10)
  await ended
})
