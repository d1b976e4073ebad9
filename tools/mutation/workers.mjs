import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { BroadcastChannel } from 'node:worker_threads'

/**
 * Starts Vitest with one worker for each environment that the test files need, in threads of this process. They run
 * `tests/mutation/loop.mjs`.
 *
 * @returns `files`: all test files; `run`: runs one of them, one at a time; `close`: ends the workers
 */
export async function startWorkers() {
  const channel = `mutation ${process.pid} ${++started} `
  const vitest = await createVitest(channel)
  const specs = await vitest.globTestSpecifications()
  const environments = new Map(specs.map(({ moduleId }) => [moduleId, environmentOf(moduleId)]))
  const names = [...new Set(environments.values())]
  const connecting = names.map((name) => connect(channel + name))
  // Vitest starts a worker only for a file. The worker stays before the tests of this file.
  const running = vitest.runTestSpecifications(
    names.map((name) => specs.find(({ moduleId }) => environments.get(moduleId) === name)),
  )
  const ended = running.then(() => Promise.reject(new Error('The workers of Vitest ended too early.')))
  const connections = await Promise.race([Promise.all(connecting), ended])
  const workers = new Map(names.map((name, at) => [name, connections[at]]))
  return {
    files: [...environments.keys()],
    run: (file, options) => workers.get(environments.get(file)).request({ file, ...options }),
    async close() {
      for (const connection of connections) connection.stop()
      await running
      await vitest.close()
    },
  }
}

let started = 0

async function createVitest(channel) {
  process.env.NODE_ENV = 'test'
  process.env.VITEST = '1'
  // That of the project: the folder of the tools has none.
  const { resolve } = createRequire(path.resolve('package.json'))
  const { createVitest } = await import(pathToFileURL(resolve('vitest/node')).href)
  const vitest = await createVitest('test', {
    config: 'tests/mutation/vitest.config.ts',
    runner: path.resolve('tests/mutation/loop.mjs'),
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    watch: false,
    reporters: [{}],
    coverage: { enabled: false },
    onConsoleLog: () => false,
  })
  vitest.provide('channel', channel)
  return vitest
}

/** Not always the first line, because Stryker puts a comment before it. */
const environmentOf = (file) =>
  /^\/\/ @vitest-environment (\S+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 'node'

/** Waits until a worker has started. It answers one request after the other. */
async function connect(name) {
  const channel = new BroadcastChannel(name)
  const next = () =>
    new Promise((resolve, reject) => {
      channel.onmessage = ({ data: { reply } }) => {
        if (reply?.error) reject(new Error(reply.error))
        else if (reply) resolve(reply)
      }
    })
  await next()
  return {
    request(request) {
      const reply = next()
      channel.postMessage({ request })
      return reply
    },
    stop() {
      channel.postMessage({ stop: true })
      channel.close()
    },
  }
}
