import { defineConfig } from 'vitest/config'

/** The tests of one room: `scripts/mutation.mjs` sets the variable. */
const include = JSON.parse(process.env.TOKENCELL_MUTATION_TESTS ?? '[]')

export default defineConfig({
  test: { include, testTimeout: 5_000, hookTimeout: 5_000, reporters: [] },
})
