import { expect, test } from 'vitest'
import { frozen, LOADING, loadingWith } from '../../js/common/snapshot.js'

test('the snapshot `loading` is always the same object, and with a failure a frozen one that contains it', () => {
  expect(frozen({ ...LOADING })).toBe(LOADING)
  expect(loadingWith(null)).toBe(LOADING)
  for (const failure of ['malformed', 'unreachable'] as const) {
    const snapshot = frozen({ ...LOADING, failure } as never)
    expect(snapshot).toEqual({ ...LOADING, failure })
    expect(Object.isFrozen(snapshot)).toBe(true)
  }
})
