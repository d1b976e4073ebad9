import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { createKey, environment } from '../../examples/express/support/serve.js'
import { startRecipe } from '../../scripts/recipes.mjs'

/** The tests of examples/express for the contract. They use the server only by HTTP. */
const files = ['refresh', 'sessions', 'sign-out', 'requests', 'limits', 'proxy', 'doctor', 'concurrency']

/** Invalid values of settings. A process must not start with them, and its error must name the setting. */
const wrong = {
  ACCESS_TOKEN_KEYS: ['', 'secret', 'a:c2hvcnQ=', `${createKey('a')},`, createKey('a b')],
  REFRESH_TOKEN_KEYS: ['', 'a:'],
  PUBLIC_URL: ['', 'api.example.com', 'https://api.example.com/'],
  ORIGINS: ['*', 'https://app.example.com/'],
}

/** Runs these tests with a recipe instead of the example. */
export async function testContract(recipe, { starts = true } = {}) {
  process.env.TEST_RECIPE = recipe
  process.env.TEST_SUBJECT = new URL('./subject.js', import.meta.url).href
  for (const name of files) await import(`../../examples/express/test/${name}.test.js`)

  // The PHP server starts also when the application fails.
  if (!starts) return
  test('with a missing or invalid setting no process starts, and the error names the setting', async () => {
    const all = { ...environment, DATABASE_URL: 'file:/nonexistent', MIGRATE: '' }
    for (const [name, values] of Object.entries(wrong))
      for (const value of values) {
        const start = startRecipe(recipe, { ...all, [name]: value, cwd: tmpdir() })
        const started = await start.catch(({ output }) => output)
        if (typeof started !== 'string') await started.end()
        assert.match(String(started), new RegExp(`${name}|must be an origin`), `${name}=${value}`)
      }
  })
}
