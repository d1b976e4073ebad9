// On a server, importing the package has no side effects, and its use starts no worker and sends no request.

import assert from 'node:assert/strict'

const before = Object.getOwnPropertyNames(globalThis)
globalThis.fetch = () => assert.fail('a request')
const forbidden = () => assert.fail('a worker')

const { createAuth } = await import('tokencell')
const { openVault } = await import('tokencell/vault')
for (const name of ['bff', 'devtools', 'guard', 'pinia', 'router', 'server', 'testing', 'vue'])
  await import(`tokencell/${name}`)
const vault = openVault({ signIn: '/login' })
const auth = createAuth({ shared: forbidden, worker: forbidden, page: forbidden })

assert.equal(auth.snapshot.status, 'loading')
const calls = [auth.ready, auth.fetch('https://api.example.com'), auth.signIn({}), vault.run('ready')]
for (const call of calls) await assert.rejects(call, { code: 'not-in-browser' })
auth.dispose()
vault.close()
const names = Object.getOwnPropertyNames(globalThis)
// Vue adds its own global variables.
const added = names.filter((name) => !before.includes(name) && !/VUE/.test(name))
assert.deepEqual(added, [])
