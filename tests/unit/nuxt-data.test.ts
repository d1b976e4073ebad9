import { expect, test, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import { userDataOf } from '../../js/nuxt/runtime/data.js'

/** A request with the state of Nuxt's; `calls` has what happened to it. */
function requested(status: 'error' | 'idle' | 'pending' | 'success') {
  const calls: string[] = []
  const state = shallowRef<string>(status)
  return {
    calls,
    status: state,
    clear() {
      calls.push('clear')
      state.value = 'idle'
    },
    async execute() {
      calls.push('execute')
      state.value = 'pending'
    },
  }
}

test('all data is cleared, and what had been requested is requested again if the page is shown to the current user', () => {
  for (const isShown of [true, false]) {
    const userData = userDataOf({})
    const all = (['success', 'error', 'pending', 'idle'] as const).map(requested)
    for (const data of all) userData.add(data)
    userData.forget(isShown, () => {})
    const again = isShown ? ['clear', 'execute'] : ['clear']
    expect(all.map(({ calls }) => calls)).toEqual([again, again, again, ['clear']])
  }
})

test('requests that share their data are sent once', () => {
  const userData = userDataOf({})
  const data = requested('success')
  for (let components = 0; components < 3; components++) userData.add({ ...data })
  userData.forget(true, () => {})
  expect(data.calls).toEqual(['clear', 'clear', 'clear', 'execute'])
})

test('the data of a component that is unmounted is left to Nuxt', () => {
  const userData = userDataOf({})
  const data = requested('success')
  const scope = effectScope()
  scope.run(() => userData.add(data))
  scope.stop()
  userData.forget(true, () => {})
  expect(data.calls).toEqual([])
})

test('data that the application keeps with `getCachedData` is cleared by its key', () => {
  const app = {}
  const given = vi.fn((key: string, ...[nuxtApp]: unknown[]) => [key, nuxtApp])
  const { getCachedData } = userDataOf(app).remembering({ getCachedData: given })
  expect(getCachedData?.('notes', 'app', { cause: 'initial' })).toEqual(['notes', 'app'])
  expect(given).toHaveBeenCalledWith('notes', 'app', { cause: 'initial' })
  const clearKept = vi.fn()
  userDataOf(app).forget(true, clearKept)
  expect(clearKept).toHaveBeenCalledWith(['notes'])
  const plain = { lazy: true }
  expect(userDataOf(app).remembering(plain)).toBe(plain)
  userDataOf({}).forget(true, clearKept)
  expect(clearKept, 'another app').toHaveBeenLastCalledWith([])
})
