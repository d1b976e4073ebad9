import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { PASSWORD } from './client.js'

const doctor = fileURLToPath(new URL('../../../pkg/doctor/cli.js', import.meta.url))

/** The result of doctor for that URL: its exit code, errors and warnings. */
export async function examine(url, ...options) {
  const env = {
    ...process.env,
    TOKENCELL_DOCTOR_EMAIL: 'ada@example.com',
    TOKENCELL_DOCTOR_PASSWORD: PASSWORD,
  }
  const child = spawn(process.execPath, [doctor, 'doctor', url, '--json', ...options], { env })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  const { findings } = JSON.parse(output)
  return { code, found: findings.filter(({ severity }) => ['error', 'warning'].includes(severity)) }
}
