import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../../js/doctor/command.js'
import type { Terminal } from '../../js/doctor/credentials.js'
import { STACKS } from '../../js/doctor/stack.js'
import { ADA, PAGE, type Settings, serve } from './api.js'
import { listen } from './listener.js'

const ACCOUNT = { TOKENCELL_DOCTOR_EMAIL: ADA.email, TOKENCELL_DOCTOR_PASSWORD: ADA.password }

async function doctor(args: string[], env: Terminal['env'] = ACCOUNT, typed?: string) {
  const printed = { out: '', err: '' }
  const stdin = Object.assign(new PassThrough(), { isTTY: typed !== undefined, setRawMode: () => {} })
  if (typed !== undefined) stdin.write(typed)
  const stdout = new PassThrough().on('data', (text) => {
    printed.out += text
  })
  const stderr = new PassThrough().on('data', (text) => {
    printed.err += text
  })
  const exitCode = await run(args, { env, stdin, stdout, stderr } as unknown as Terminal)
  // Streams emit `data` one tick later.
  await new Promise(setImmediate)
  return { exitCode, ...printed }
}

async function api(settings: Settings = {}) {
  const api = await serve({ corsOrigins: [PAGE], ...settings })
  onTestFinished(api.close)
  return api
}

test('the exit code is 0 without findings and 1 with them; `--fail-on` sets the lowest severity', async () => {
  const { url } = await api({ flaws: ['cookie-twice'] })
  const exitCode = async (...more: string[]) => (await doctor(['doctor', url, ...more])).exitCode
  expect(await exitCode()).toBe(0)
  expect(await exitCode('--fail-on', 'warning')).toBe(1)
  expect(await exitCode('--fail-on', 'never')).toBe(0)
  const broken = await api({ flaws: ['cookie-readable'] })
  expect((await doctor(['doctor', broken.url])).exitCode).toBe(1)
})

test('the exit code is 1 if the sign-in gets no response, even without other findings', async () => {
  const url = await listen(
    createServer((request, response) => {
      if (request.url !== '/login' || request.method !== 'POST') response.writeHead(401).end()
    }),
  )
  const { exitCode, out } = await doctor(['doctor', url, '--timeout', '0.3'])
  expect(exitCode).toBe(1)
  expect(out).toContain('POST /login got no response (timeout)')
})

test('`--json` prints the complete report and nothing else', async () => {
  const { url, secrets } = await api({ flaws: ['cookie-readable'] })
  const { out, err, exitCode } = await doctor(['doctor', url, '--json', '--origin', PAGE])
  expect([err, exitCode]).toEqual(['', 1])
  const report = JSON.parse(out)
  expect(report).toMatchObject({
    version: 1,
    url,
    origin: PAGE,
    topology: 'same-site',
    exitCode: 1,
    isSignedIn: true,
  })
  expect(report.findings[0]).toEqual({
    id: 'cookie.http-only',
    severity: 'error',
    title: expect.any(String),
    evidence: 'the cookie refresh_token has no HttpOnly',
    reason: expect.any(String),
    fix: Object.fromEntries(STACKS.map((stack) => [stack, expect.any(String)])),
    contract: 'docs/contract.md#rule-23',
  })
  for (const secret of secrets) expect(out).not.toContain(secret)
})

test('the text report contains the fix for the stack in `--stack`', async () => {
  const { url } = await api({ flaws: ['cookie-readable', 'cookie-without-same-site'] })
  const { out } = await doctor(['doctor', url, '--stack', 'rails'])
  expect(out).toContain('✗ error  Scripts can read the session cookie  cookie.http-only\n')
  expect(out).toContain('rails    cookies[:refresh_token] = {')
  expect(out).toContain('fix      the same as for cookie.http-only\n')
  expect(out).toContain('rule     docs/contract.md#rule-23\n')
  const [, document = ''] = out.match(/^The rules and their reasons are in (.+)$/m) ?? []
  expect(readFileSync(document, 'utf8')).toContain('<a id="rule-23"></a>')
  for (const absent of ['express', '\u001b']) expect(out).not.toContain(absent)
})

test.each([
  [[], 'A command is missing'],
  [['diagnose'], 'There is no command "diagnose"'],
  [['doctor'], 'The URL of the API is missing'],
  [['doctor', 'http://a.test', 'b'], 'accepts one URL: remove "b"'],
  [['doctor', 'localhost:3000'], '<url> must be a URL, for example'],
  [['doctor', 'u:hunter22@a.test'], '<url> must be a URL, for example'],
  [['doctor', 'http://u:hunter22@a.test'], '<url> must not contain a user name or a password'],
  [['doctor', 'http://a.test', '--orgin', 'x'], 'There is no option --orgin'],
  [['doctor', 'http://a.test', '--origin'], '--origin needs a value'],
  [['doctor', 'http://a.test', '--origin', 'https://b.test/x'], 'remove the path'],
  [['doctor', 'http://a.test', '--sign-in', 'https://b.test/x'], 'sends credentials only to http://a.test'],
  [['doctor', 'http://a.test', '--sign-in', 'a b c'], '--sign-in must be a path'],
  [['doctor', 'http://a.test', '--csrf', 'X-Header'], '--csrf must be'],
  [['doctor', 'http://a.test', '--field', 'user=name'], '--field must be like'],
  [['doctor', 'http://a.test', '--timeout', 'soon'], '--timeout must be a number of seconds'],
  [
    ['doctor', 'http://a.test', '--fail-on', 'notice'],
    '--fail-on must be one of error, warning, advice, never',
  ],
  [['doctor', 'http://a.test', '--stack', 'spring'], '--stack must be one of django, express, fastapi'],
  [['doctor', 'http://a.test', '--body', 'password'], '--body must be like'],
  [['doctor', 'http://a.test', '--me-header', 'X-Tenant'], '--me-header must be like'],
  [['doctor', 'http://a.test', '--csrf-page', 'https://b.test/csrf'], '--csrf-page is on https://b.test'],
  [['doctor', 'http://a.test'], 'http://a.test uses plain http on another machine'],
  [['doctor', 'http://a.test', '--password'], '--password needs a value'],
])('the exit code is 2 for an invalid command line: %j', async (args, message) => {
  const { exitCode, out, err } = await doctor(args)
  expect([exitCode, out]).toEqual([2, ''])
  expect(err).toContain(message)
  expect(err).toContain('--help')
  expect(err).not.toContain('hunter22')
})

test('the exit code is 3 if the server does not respond, also with `--json`', async () => {
  const { url, close } = await serve()
  close()
  const { exitCode, err } = await doctor(['doctor', url])
  expect([exitCode, err]).toEqual([3, expect.stringContaining('Is the API running')])
  const { out } = await doctor(['doctor', url, '--json'])
  expect(JSON.parse(out)).toMatchObject({ version: 1, exitCode: 3, error: { kind: 'refused' } })
})

test('a missing account is requested in a terminal, and is an error elsewhere', async () => {
  const { url } = await api()
  const { exitCode, err } = await doctor(['doctor', url], {})
  expect([exitCode, err]).toEqual([2, expect.stringContaining('TOKENCELL_DOCTOR_EMAIL')])
  expect((await doctor(['doctor', url, '--anonymous'], {})).exitCode).toBe(0)

  const asked = await doctor(['doctor', url], { TOKENCELL_DOCTOR_EMAIL: ADA.email }, `${ADA.password}\n`)
  expect(asked.exitCode).toBe(0)
  expect(asked.err).toContain('Password (not shown)')
  expect(asked.out).toContain('signed in')
  expect(asked.out + asked.err).not.toContain(ADA.password)
})

test('a password on the command line is accepted with a warning', async () => {
  const { url } = await api()
  const { exitCode, out, err } = await doctor(
    ['doctor', url, '--email', ADA.email, '--password', ADA.password],
    {},
  )
  expect([exitCode, err]).toEqual([0, expect.stringContaining('list of processes')])
  expect(out + err).not.toContain(ADA.password)
})

test('the package contains the command', async () => {
  const root = path.resolve(import.meta.dirname, '../..')
  const { bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const file = path.join(root, bin.tokencell)
  expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  const { stdout } = await promisify(execFile)(process.execPath, [file, '--help'])
  expect(stdout).toMatch(/^Usage: tokencell doctor <url>/)
})
