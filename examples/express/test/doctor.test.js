import assert from 'node:assert/strict'
import { test } from 'node:test'
import { examine } from '../support/examine.js'
import { serve } from '../support/subject.js'

test('doctor finds no error and no warning, and the limit on sign-ins', async (t) => {
  // Doctor waits until the grace period ends.
  const { url, client } = await serve(t, { config: { grace: 2000 } })
  await client().signUp()
  const page = ['--origin', 'http://localhost:5173']
  assert.deepEqual(await examine(url.replace('127.0.0.1', 'localhost'), ...page, '--rate-limit'), {
    code: 0,
    found: [],
  })
})
