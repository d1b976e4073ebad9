import { defineConfig } from 'vitest/config'

/** For a machine that does other things as well. In milliseconds. */
const testTimeout = 30_000

export default defineConfig({
  test: {
    // Vitest leaves one core idle by default, and many of these tests wait for time to pass.
    maxWorkers: 3,
    projects: [
      { test: { testTimeout, name: 'doctor', include: ['tests/doctor/**/*.test.ts'] } },
      { test: { testTimeout, name: 'unit', include: ['tests/unit/**/*.test.{ts,tsx}'] } },
      {
        // The same guards with the router that most applications have.
        test: { testTimeout, name: 'vue-router 4', include: ['tests/unit/router*.test.ts'] },
        resolve: { alias: { 'vue-router': 'vue-router-4' } },
      },
    ],
  },
})
