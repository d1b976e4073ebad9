import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(fileURLToPath(import.meta.url), '../..')
export const cargoHome = process.env.CARGO_HOME ?? path.join(homedir(), '.cargo')

// Set here and not for each child process, because vite and playwright are also imported into this process.
Object.assign(process.env, {
  // rustup adds this folder to new shells only, not to the shell that it was installed from.
  PATH: `${process.env.PATH}${path.delimiter}${path.join(cargoHome, 'bin')}`,
  CARGO_TARGET_DIR: path.join(root, 'target'),
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
})

/** A failure that a developer can fix. It is shown as one sentence, with the output of the command if there is any. */
export class Failure extends Error {
  constructor(sentence, output = '') {
    super(sentence)
    this.output = output
  }
}

/**
 * Runs a command silently. Resolves to its output, or rejects with a `Failure` that contains the output.
 *
 * @param onOutput called with each piece of the output, for commands that take long
 */
export function run(command, args, { cwd = root, env = {}, name = command, onOutput } = {}) {
  const { FORCE_COLOR, ...inherited } = process.env
  const plain = { NO_COLOR: '1', CARGO_TERM_COLOR: 'never' }
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...inherited, ...plain, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
        onOutput?.(text)
      })
    child.on('error', (error) => reject(new Failure(`${name} could not be started (${error.code})`)))
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output)
      reject(new Failure(`${name} ended with ${signal ?? `exit code ${code}`}`, output))
    })
  })
}

/** Runs `work` if the module is the program that was started. Does nothing if it was imported. */
export async function program(url, work) {
  const started = process.argv[1] ?? ''
  if (!existsSync(started) || realpathSync(started) !== fileURLToPath(url)) return
  try {
    await work(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (error.output) console.error(error.output.trimEnd())
    console.error(error.message)
    process.exitCode = 1
  }
}

/** Shows the name while the work runs, if the output is a terminal. */
export async function shown(name, work) {
  const say = (text) => process.stdout.isTTY && process.stdout.write(text)
  say(`… ${name}`)
  try {
    return await work()
  } finally {
    say('\r\x1b[K')
  }
}

/** Prints the command before it runs, and its duration afterwards. */
export async function announced(command, work) {
  const began = performance.now()
  console.log(`${command} …`)
  try {
    await work
  } catch (error) {
    throw new Failure(`${command} failed: mend what it says above, or run it by hand`, error.output)
  }
  console.log(`${command}, ${seconds(began)}`)
}

export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`
