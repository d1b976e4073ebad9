import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { outgoing } from '../../js/vault/outgoing.js'
import { runToHead } from '../../js/vault/run-to-head.js'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** A request that has been sent, with the controller of its caller and the signal that the browser gets. */
function begin(caller = new AbortController()) {
  const request = outgoing({ url: 'https://api.test/', init: {} }, null, caller.signal)
  let resolve!: (response: Response) => void
  let reject!: (error: unknown) => void
  const sent = new Promise<Response>((...settle) => {
    ;[resolve, reject] = settle
  })
  const result = runToHead(request, () => sent)
  result.catch(() => {})
  return { caller, connection: request.init.signal as AbortSignal, request, resolve, reject, result }
}

const settled = () => vi.advanceTimersByTimeAsync(0)

test('an abort before the head rejects at once with its reason, and cancels the connection when the head arrives', async () => {
  const { caller, connection, request, resolve, result } = begin()
  caller.abort('typed on')
  await expect(result).rejects.toBe('typed on')
  expect([connection.aborted, request.signal.aborted]).toEqual([false, true])
  resolve(new Response('late'))
  await settled()
  expect([connection.aborted, connection.reason]).toEqual([true, 'typed on'])
  expect(vi.getTimerCount()).toBe(0)
})

test('an abort while the body is read cancels the connection at once', async () => {
  const { caller, connection, resolve, result } = begin()
  const response = new Response('body')
  resolve(response)
  expect(await result).toBe(response)
  expect(connection.aborted).toBe(false)
  caller.abort('enough')
  expect([connection.aborted, connection.reason]).toEqual([true, 'enough'])
})

test('an aborted request whose head never arrives is cancelled after 70 s', async () => {
  const { caller, connection } = begin()
  caller.abort()
  await vi.advanceTimersByTimeAsync(69_900)
  expect(connection.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(200)
  expect(connection.aborted).toBe(true)
})

test('a request with an aborted signal, and a request whose connection fails, reject', async () => {
  const caller = new AbortController()
  caller.abort('before')
  const early = begin(caller)
  early.reject('before')
  await expect(early.result).rejects.toBe('before')
  const { reject, result, caller: late } = begin()
  reject(new TypeError('no connection'))
  await expect(result).rejects.toThrow('no connection')
  late.abort()
  await settled()
  expect(vi.getTimerCount()).toBe(0)
})

test('an exception of the send function goes to the caller', () => {
  const request = outgoing({ url: 'https://api.test/', init: {} }, null, new AbortController().signal)
  const explode = () => {
    throw new Error('thrown')
  }
  expect(() => runToHead(request, explode)).toThrow('thrown')
})
