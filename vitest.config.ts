import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Vitest leaves one core idle by default, and many of these tests wait for time to pass.
    maxWorkers: 3,
    projects: [
      { test: { name: 'doctor', include: ['tests/doctor/**/*.test.ts'] } },
      { test: { name: 'unit', include: ['tests/unit/**/*.test.{ts,tsx}'] } },
      {
        // The same guards with the router that most applications have.
        test: { name: 'vue-router 4', include: ['tests/unit/router*.test.ts'] },
        resolve: { alias: { 'vue-router': 'vue-router-4' } },
      },
    ],
  },
})
