import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ExpiringMap } from '../../../js/server/expiring-map.js'
import { fakeTime, pass } from './browser.js'

beforeEach(() => void fakeTime())
afterEach(() => void vi.useRealTimers())

test('an entry is there until its time is over, and no longer', () => {
  const map = new ExpiringMap<string>({ entries: 10 })
  map.set('a', 'one', 1000)
  pass(999)
  expect(map.get('a')).toBe('one')
  pass(1)
  expect([map.get('a'), map.size]).toEqual([undefined, 0])
})

test('an entry that is set again has the new value and the new time', () => {
  const map = new ExpiringMap<string>({ entries: 10 })
  map.set('a', 'one', 1000)
  map.set('a', 'two', 5000)
  pass(4000)
  expect([map.get('a'), map.size]).toEqual(['two', 1])
})

test('of too many entries, the one that was used least recently goes', () => {
  const map = new ExpiringMap<number>({ entries: 2 })
  map.set('a', 1, 1000)
  map.set('b', 2, 1000)
  map.get('a')
  map.set('c', 3, 1000)
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3])
})

test('of entries that are too large together, the same; what is too large alone is not kept', () => {
  const map = new ExpiringMap<string>({ entries: 10, size: 10, sizeOf: (text) => text.length })
  map.set('a', 'xxxxx', 1000)
  map.set('b', 'xxxxx', 1000)
  map.set('a', 'xxx', 1000)
  map.set('c', 'xx', 1000)
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual(['xxx', 'xxxxx', 'xx'])
  map.set('d', 'x', 1000)
  expect([map.get('a'), map.get('b'), map.size]).toEqual([undefined, 'xxxxx', 3])
  map.set('e', 'x'.repeat(11), 1000)
  expect([map.get('e'), map.size]).toEqual([undefined, 3])
})

test('what has expired makes room when something is set, and what is deleted is gone', () => {
  const map = new ExpiringMap<number>({ entries: 10 })
  map.set('a', 1, 1000)
  map.set('b', 2, 5000)
  pass(1000)
  map.set('c', 3, 1000)
  expect(map.size).toBe(2)
  map.delete('b')
  expect([map.get('b'), map.size]).toEqual([undefined, 1])
  map.clear()
  expect(map.size).toBe(0)
})
