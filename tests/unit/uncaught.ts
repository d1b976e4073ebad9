import { vi } from 'vitest'

/** Collects errors that the code under test reports as uncaught. They would otherwise end the test run. */
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
