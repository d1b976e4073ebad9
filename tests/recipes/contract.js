import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { createKey, environment } from '../../examples/express/support/serve.js'
import { startRecipe } from '../../scripts/recipes.mjs'

/** Those tests of examples/express that are about the contract, and know its server by HTTP only. */
const files = ['refresh', 'sessions', 'sign-out', 'requests', 'limits', 'proxy', 'doctor', 'concurrency']

/** Settings with which no process starts, and what it names. */
const wrong = {
  ACCESS_TOKEN_KEYS: ['', 'secret', 'a:c2hvcnQ=', `${createKey('a')},`, createKey('a b')],
  REFRESH_TOKEN_KEYS: ['', 'a:'],
  PUBLIC_URL: ['', 'api.example.com', 'https://api.example.com/'],
  ORIGINS: ['*', 'https://app.example.com/'],
}

/** Runs them on a recipe, in place of the example. */
export async function testContract(recipe, { starts = true } = {}) {
  process.env.TEST_RECIPE = recipe
  process.env.TEST_SUBJECT = new URL('./subject.js', import.meta.url).href
  for (const name of files) await import(`../../examples/express/test/${name}.test.js`)

  // The server of PHP starts whatever the application does.
  if (!starts) return
  test('no process starts with a setting that is missing or wrong, and the error names it', async () => {
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
