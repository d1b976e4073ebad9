import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { type Credentials, UsageError } from './options.js'

/** Where a command runs. */
export interface Terminal {
  env: Record<string, string | undefined>
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
}

interface Given {
  email: string | undefined
  password: string | undefined
}

/**
 * From the environment, the command line or, in a terminal, from who sits at it.
 *
 * @throws UsageError if there is nobody to ask
 */
export async function readCredentials(given: Given, terminal: Terminal): Promise<Credentials> {
  const { env, stdin, stderr } = terminal
  if (given.password !== undefined)
    stderr.write(
      '--password can be read by others in the list of processes: prefer TOKENCELL_DOCTOR_PASSWORD\n',
    )
  let email = given.email || env.TOKENCELL_DOCTOR_EMAIL
  let password = given.password || env.TOKENCELL_DOCTOR_PASSWORD
  if ((!email || !password) && !stdin.isTTY)
    throw new UsageError(
      `${email ? 'The password' : 'The e-mail'} of a test account is missing: set TOKENCELL_DOCTOR_EMAIL and ` +
        'TOKENCELL_DOCTOR_PASSWORD, or say --anonymous for what can be seen without signing in',
    )
  email ||= await ask('E-mail of a test account: ', terminal)
  password ||= await ask('Password (not shown): ', terminal, { isHidden: true })
  if (!email || !password) throw new UsageError('An account needs an e-mail and a password')
  return { email, password }
}

function ask(question: string, { stdin, stderr }: Terminal, { isHidden = false } = {}): Promise<string> {
  stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: isHidden ? nowhere : stderr, terminal: isHidden })
  return new Promise((resolve) => {
    // Ended by Ctrl+C or Ctrl+D, there is no line.
    lines.once('close', () => resolve(''))
    lines.once('line', (line) => {
      resolve(line.trim())
      lines.close()
      if (isHidden) stderr.write('\n')
    })
  })
}
