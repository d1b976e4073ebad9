import { configDefaults, defineConfig } from 'vitest/config'
import { missing } from './scripts/browsers.mjs'

/** What needs a program that this machine may lack. `npm test` installs it. */
const needsRedis = 'tests/unit/server/redis.test.ts'
const leftOut = missing('redis') ? [needsRedis] : []
for (const file of leftOut) console.warn(`${file} is skipped: ${missing('redis')}`)

/** For a machine that does other things as well. In milliseconds. */
const testTimeout = 30_000

export default defineConfig({
  test: {
    // Vitest leaves one core idle by default, and many of these tests wait for time to pass.
    maxWorkers: 3,
    projects: [
      { test: { testTimeout, name: 'doctor', include: ['tests/doctor/**/*.test.ts'] } },
      { test: { testTimeout, name: 'systems', include: ['tests/systems/**/*.test.ts'] } },
      {
        test: {
          testTimeout,
          name: 'unit',
          include: ['tests/unit/**/*.test.{ts,tsx}'],
          exclude: [...configDefaults.exclude, ...leftOut],
        },
      },
      {
        // The same guards with the router that most applications have.
        test: { testTimeout, name: 'vue-router 4', include: ['tests/unit/router*.test.ts'] },
        resolve: { alias: { 'vue-router': 'vue-router-4' } },
      },
    ],
  },
})
