import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createApi } from '../src/api.js'

const main = fileURLToPath(new URL('../main.mjs', import.meta.url))

function run(t, env) {
  const child = spawn(process.execPath, [main], { env: { ...process.env, ...env } })
  t.after(() => child.kill('SIGKILL'))
  return child
}

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`the server prints its URL, and ${signal} ends it with exit code 0`, async (t) => {
    const child = run(t, { PORT: '0', CONTROL_PORT: '0', CONTROL_TOKEN: 'of-this-test', API_ACCESS_TTL: '3' })
    let output = ''
    for await (const chunk of child.stdout) {
      output += chunk
      if (output.split('\n').length > 3) break
    }
    const [, url] = /^API +(http:\/\/127\.0\.0\.1:\d+\/api\/v1)$/m.exec(output)
    const [, controlUrl] = /^Control +(http:\/\/127\.0\.0\.1:\d+)$/m.exec(output)
    assert.equal((await fetch(`${url}/public`)).status, 200)
    const state = await fetch(`${controlUrl}/state`, {
      headers: { Authorization: 'Bearer of-this-test' },
    }).then((response) => response.json())
    assert.equal(state.settings.accessTtl, 3)

    // The connections of those two requests are still open.
    child.kill(signal)
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
}

test('an invalid setting ends the server with one line', async (t) => {
  const child = run(t, { PORT: '0', API_CSRF: 'on' })
  const [message, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  assert.equal(code, 1)
  assert.equal(message, 'API_CSRF must be one of "header", "double-submit", "off", not "on"\n')
})

test('a port that is in use is reported, and no other port stays open', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  const { port } = other.address()
  await assert.rejects(createApi().listen({ controlPort: port }), { code: 'EADDRINUSE' })

  const child = run(t, { PORT: String(port), CONTROL_PORT: '0' })
  assert.match(await text(child.stderr), new RegExp(`^Port ${port} is in use; set PORT`))
})
