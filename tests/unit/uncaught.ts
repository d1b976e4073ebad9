import { vi } from 'vitest'

/** Collects what code under test shows as uncaught, which would otherwise end the test run. */
export function collectUncaught(): unknown[] {
  const errors: unknown[] = []
  vi.stubGlobal('queueMicrotask', (work: () => void) => {
    try {
      work()
    } catch (error) {
      errors.push(error)
    }
  })
  return errors
}
