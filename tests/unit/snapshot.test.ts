import { expect, test } from 'vitest'
import { frozen, LOADING, loadingWith } from '../../js/common/snapshot.js'

test('a session that is loading is one object, and with a failure another, which says it', () => {
  expect(frozen({ ...LOADING })).toBe(LOADING)
  expect(loadingWith(null)).toBe(LOADING)
  for (const failure of ['malformed', 'unreachable'] as const) {
    const snapshot = frozen({ ...LOADING, failure } as never)
    expect(snapshot).toEqual({ ...LOADING, failure })
    expect(Object.isFrozen(snapshot)).toBe(true)
  }
})
