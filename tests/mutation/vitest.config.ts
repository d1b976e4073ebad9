import { defineConfig } from 'vitest/config'

/** The tests of one room: `scripts/mutation.mjs` sets the variable. */
const include = JSON.parse(process.env.TOKENCELL_MUTATION_TESTS ?? '[]')

export default defineConfig({
  test: { include, testTimeout: 15_000, hookTimeout: 15_000, reporters: [] },
})
