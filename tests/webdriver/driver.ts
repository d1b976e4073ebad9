import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { engine as locate } from '../../scripts/browsers.mjs'
import { Session } from './session.js'

export type EngineName = 'webkit' | 'wpe'

const engines = {
  webkit: { options: 'webkitgtk:browserOptions', args: ['--automation'], tabsBy: 'driver' },
  // A window that this driver opens shares no locks or workers with the first window. A window that a page opens does.
  wpe: { options: 'wpe:browserOptions', args: ['--automation', '--headless'], tabsBy: 'page' },
} as const

export interface Driver {
  /** Starts a browser with its own profile. A driver has one browser at a time. */
  open(): Promise<Session>
  stop(): void
}

/** In rare cases MiniBrowser does not connect to its driver, and the driver waits forever. In milliseconds. */
const LONGEST_START = 15_000
const MOST_STARTS = 3

/** Starts the WebDriver of an engine, with a display if the engine needs one. */
export async function startDriver(name: EngineName): Promise<Driver> {
  const { driver = '', browser, display } = locate(name) as Record<string, string | undefined>
  const { options, args, tabsBy } = engines[name]
  const screen = display ? await startDisplay(display) : undefined
  const env = { ...process.env, ...(screen && { DISPLAY: screen.name }) }
  const capabilities = {
    browserName: 'MiniBrowser',
    acceptInsecureCerts: true,
    [options]: { binary: browser, args },
  }
  let program = await startProgram(driver, env)

  async function open(): Promise<Session> {
    for (let starts = 1; ; starts += 1) {
      try {
        return await Session.start(program.url, capabilities, tabsBy, AbortSignal.timeout(LONGEST_START))
      } catch (error) {
        if (starts === MOST_STARTS || (error as Error).name !== 'TimeoutError') throw error
        console.error(`${name} did not start in ${LONGEST_START} ms, and is started again`)
        program.stop()
        program = await startProgram(driver, env)
      }
    }
  }

  return {
    open,
    stop() {
      program.stop()
      screen?.program.kill()
    },
  }
}

async function startProgram(driver: string, env: NodeJS.ProcessEnv) {
  const port = await freePort()
  // Its own process group: the browser is a child of the driver and would survive when only the driver is killed.
  const program = spawn(driver, [`--port=${port}`], { env, stdio: 'ignore', detached: true })
  const url = `http://127.0.0.1:${port}`
  await answering(program, url)
  return {
    url,
    stop() {
      if (program.pid && program.exitCode === null) process.kill(-program.pid)
    },
  }
}

async function startDisplay(command: string) {
  // Xvfb chooses a free display number, and prints it when it is ready.
  const program = spawn(command, ['-displayfd', '3', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const [number] = await once(program.stdio[3] as NodeJS.ReadableStream, 'data')
  return { program, name: `:${String(number).trim()}` }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as import('node:net').AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Waits until the driver is ready, by polling, because it does not report this itself. */
async function answering(program: ChildProcess, url: string) {
  for (;;) {
    if (program.exitCode !== null) throw new Error(`${program.spawnfile} ended with ${program.exitCode}`)
    const answer = await fetch(`${url}/status`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
