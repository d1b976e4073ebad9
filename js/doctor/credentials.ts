import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { type Credentials, UsageError } from './options.js'

/** The environment and the streams of a command. */
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
 * Reads the credentials from the environment or the command line. In a terminal, asks the user for what is missing.
 *
 * @throws UsageError if something is missing, and there is no terminal
 */
export async function readCredentials(given: Given, terminal: Terminal): Promise<Credentials> {
  const { env, stdin, stderr } = terminal
  if (given.password !== undefined)
    stderr.write(
      'Other users of this machine can read --password in the list of processes: use TOKENCELL_DOCTOR_PASSWORD instead\n',
    )
  let email = given.email || env.TOKENCELL_DOCTOR_EMAIL
  let password = given.password || env.TOKENCELL_DOCTOR_PASSWORD
  if ((!email || !password) && !stdin.isTTY)
    throw new UsageError(
      `${email ? 'The password' : 'The e-mail'} of a test account is missing: set TOKENCELL_DOCTOR_EMAIL and ` +
        'TOKENCELL_DOCTOR_PASSWORD, or use --anonymous to run only the checks without an account',
    )
  email ||= await ask('E-mail of a test account: ', terminal)
  password ||= await ask('Password (not shown): ', terminal, { isHidden: true })
  if (!email || !password) throw new UsageError('doctor needs the e-mail and the password of a test account')
  return { email, password }
}

function ask(question: string, { stdin, stderr }: Terminal, { isHidden = false } = {}): Promise<string> {
  stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: isHidden ? nowhere : stderr, terminal: isHidden })
  return new Promise((resolve) => {
    // If Ctrl+C or Ctrl+D has closed the input, there is no line.
    lines.once('close', () => resolve(''))
    lines.once('line', (line) => {
      resolve(line.trim())
      lines.close()
      if (isHidden) stderr.write('\n')
    })
  })
}
