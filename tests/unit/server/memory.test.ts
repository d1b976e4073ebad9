import { afterEach, expect, test, vi } from 'vitest'
import { memory } from '../../../js/server/memory.js'
import type { Session } from '../../../js/server/session-types.js'

afterEach(() => void vi.useRealTimers())

test('entries in the memory of a process expire by the clock, without a timer', () => {
  // No test code advances these timers, as on a platform that stops the work of a request with its response.
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'setInterval'] })
  const { endedSessions } = memory()
  endedSessions.set('a', { at: Date.now() }, { ttl: 1000 })
  expect(endedSessions.get('a')).toBeDefined()
  vi.setSystemTime(Date.now() + 1001)
  expect(endedSessions.get('a')).toBeUndefined()
})

test('the memory of a process is limited in the number of entries, and for sessions in size', () => {
  const { endedSessions, newest } = memory()
  for (let id = 0; id < 20_100; id += 1) endedSessions.set(String(id), { at: 0 }, { ttl: 60_000 })
  expect(endedSessions.size).toBe(20_000)
  expect([endedSessions.has('0'), endedSessions.has('20099')]).toEqual([false, true])

  const access = 'x'.repeat(1024 * 1024)
  for (let id = 0; id < 20; id += 1)
    newest.set(String(id), { session: { access } as Session, seenAt: null }, { ttl: 60_000 })
  expect(newest.size).toBeLessThan(17)
  expect(newest.has('19')).toBe(true)
})
