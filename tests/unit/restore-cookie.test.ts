import { expect, test, vi } from 'vitest'
import { withRestoreCookie } from '../../js/vault/restore-cookie.js'
import type { SharedState, SharedStateRow } from '../../js/vault/shared-state.js'

/** The shared state of a browser with this hint. */
function stateOf(hint: string) {
  const row: SharedStateRow = [hint, 7, undefined, false]
  const remember = vi.fn(async () => {})
  return { remember, recall: async () => row } as unknown as SharedState & { remember: typeof remember }
}

const recall = (state: SharedState, cookie: string | null | Error) =>
  withRestoreCookie(state, 'signed_in', async (name) => {
    expect(name).toBe('signed_in')
    if (cookie instanceof Error) throw cookie
    return cookie
  }).recall()

test.each(['never', 'signed-out'])(
  'with the cookie, a browser that remembers `%s` asks the API',
  async (hint) => {
    const state = stateOf(hint)
    expect(await recall(state, '1')).toEqual(['unknown', 7, undefined, false])
    expect(state.remember, 'in the same epoch, so that a sign-out at this moment wins').toHaveBeenCalledWith(
      'never',
      7,
    )
  },
)

test('without the cookie, or if no page answers, nothing is asked', async () => {
  for (const cookie of [null, new Error('no page')]) {
    const state = stateOf('never')
    expect(await recall(state, cookie)).toEqual(['never', 7, undefined, false])
    expect(state.remember).not.toHaveBeenCalled()
  }
})

test.each(['sign-out-pending', 'signed-in', 'unknown'])(
  'the hint `%s` stays, with or without the cookie',
  async (hint) => {
    const state = stateOf(hint)
    expect(await recall(state, '1')).toEqual([hint, 7, undefined, false])
    expect(state.remember).not.toHaveBeenCalled()
  },
)

test('only the first reading looks at the cookie', async () => {
  const state = stateOf('never')
  const read = vi.fn(async () => '1')
  const { recall } = withRestoreCookie(state, 'signed_in', read)
  await recall()
  expect(await recall()).toEqual(['never', 7, undefined, false])
  expect(read).toHaveBeenCalledTimes(1)
})
