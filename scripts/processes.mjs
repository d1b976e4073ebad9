import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from './run.mjs'

const quiet = {
  NO_COLOR: '1',
  CI: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NUXT_TELEMETRY_DISABLED: '1',
  // These are set for the process that started this script, and are wrong for child processes.
  NODE_ENV: undefined,
  FORCE_COLOR: undefined,
}

/** The process groups that are still running. A tool starts other processes, which must end together with it. */
const groups = new Set()

process.on('exit', () => {
  for (const group of groups) signal(group, 'SIGKILL')
})
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => process.exit(1))

function signal(group, name) {
  try {
    process.kill(-group, name)
  } catch {
    // The group has already ended.
  }
}

/** Starts a script in Node: `{ output, exited, end }`. */
export const start = (script, args, { node = process.execPath, ...options }) =>
  launch(node, [script, ...args], options)

function launch(program, args, { cwd, env = {}, uid, gid }) {
  const child = spawn(program, args, {
    cwd,
    uid,
    gid,
    env: { ...process.env, ...quiet, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  if (child.pid) groups.add(child.pid)
  const exited = whenExited(child)
  exited.catch(() => {})
  /** Node may exit before this process. The process is then killed. */
  function unref() {
    for (const each of [child, child.stdout, child.stderr]) each.unref()
  }
  return { output: () => output, exited, end: () => endGroup(child, exited), unref }
}

/** Resolves to the exit code or the signal, after all output has been read. */
async function whenExited(child) {
  const closed = once(child, 'close')
  closed.catch(() => {})
  const [code, name] = await once(child, 'exit')
  // Processes that it started may still run and keep its output open.
  await Promise.race([closed, delay(1000, undefined, { ref: false })])
  return name ?? code
}

async function endGroup({ pid, stdout, stderr }, exited) {
  signal(pid, 'SIGTERM')
  await Promise.race([exited, delay(3000, undefined, { ref: false })])
  // Also if the first process has ended, because processes that it started may still run.
  signal(pid, 'SIGKILL')
  await exited
  stdout.destroy()
  stderr.destroy()
  groups.delete(pid)
}

/** Runs a script to its end, and resolves to its output. */
export async function finish(script, args, options) {
  const { output, exited, end } = start(script, args, options)
  const limit = delay(300_000, 'a timeout of five minutes', { ref: false })
  const outcome = await Promise.race([exited, limit])
  await end()
  if (outcome !== 0) throw new Failure(`${script} ${args[0] ?? ''} ended with ${outcome}`, output())
  return output()
}

/** Starts a server, and resolves to it when it responds at `url`. */
export async function serve(url, script, args, options) {
  const server = start(script, args, options)
  let outcome
  const ended = (code) => {
    outcome = code
  }
  server.exited.then(ended, ended)
  const since = performance.now()
  while (!(await answers(url))) {
    const late = performance.now() - since > 120_000
    if (outcome === undefined && !late) await delay(100)
    else {
      await server.end()
      throw new Failure(`${script} ${late ? 'does not answer' : `ended with ${outcome}`}`, server.output())
    }
  }
  return server
}

const answers = (url) =>
  fetch(url, { signal: AbortSignal.timeout(60_000) }).then(
    async (response) => (await response.text()) !== '' && response.ok,
    // The server responds, with a self-signed certificate.
    ({ cause }) => cause?.code === 'DEPTH_ZERO_SELF_SIGNED_CERT',
  )

/**
 * A free port below those that systems give to outgoing connections (from 32768 on Linux). If such a connection got the port
 * that it is to be connected with, it would be connected with itself, and `isListening` would return true for no server.
 */
export async function freePort() {
  for (;;) {
    const server = createServer().listen(randomInt(20_000, 32_000), 'localhost')
    const isFree = await once(server, 'listening').then(
      () => true,
      (error) => {
        if (error.code !== 'EADDRINUSE') throw error
        return false
      },
    )
    if (!isFree) continue
    const { port } = server.address()
    server.close()
    await once(server, 'close')
    return port
  }
}

/** Starts a program that is not a script, and resolves to it when something listens on its port. */
export async function startProgram(program, args, { port, ...options }) {
  const server = launch(program, args, options)
  let outcome
  const ended = (code) => {
    outcome = code
  }
  server.exited.then(ended, ended)
  const since = performance.now()
  while (!(await isListening(port))) {
    const late = performance.now() - since > 30_000
    if (outcome === undefined && !late) await delay(50)
    else {
      await server.end()
      const what = late ? 'does not listen' : `ended with ${outcome}`
      throw new Failure(`${[program, ...args].join(' ')} ${what}`, server.output())
    }
  }
  return server
}

const isListening = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
