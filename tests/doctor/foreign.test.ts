import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Report } from '../../js/doctor/report.js'
import { readVaultFile } from '../../js/doctor/vault-file.js'
import { type BffOptions, createBff } from '../../js/server/index.js'
import { ADA } from './api.js'
import type { Foreign } from './apis/foreign.js'
import { foreigners } from './apis/index.js'
import { diagnose } from './listener.js'

test.each(Object.entries(foreigners))(
  '%s: doctor reports no false error, and suggests options that work',
  async (_, foreign) => {
    const { errors, report, text } = await diagnose(foreign.listener(), foreign.options)
    expect(errors).toEqual(foreign.flaws ?? [])
    expect(report.stack).toBe(foreign.stack)
    for (const line of foreign.suggests) expect(report.suggestion?.code).toContain(line)
    expect(report.suggestion?.tried).toEqual(foreign.tried)
    expect(text).toContain(`doctor tried these options with: ${foreign.tried.join(', ')}`)
    await expectToWork(report, foreign)
  },
)

/**
 * Runs the server of the package with the printed options against the same API. This server does not support session
 * cookies. Vaults do, and `tests/backends/foreign.spec` tests them in a browser.
 */
async function expectToWork({ suggestion, url }: Report, { options, tried }: Foreign) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'auth.vault.ts')
  writeFileSync(file, suggestion?.code ?? '')
  const { origins: _, credential, ...shared } = await readVaultFile(file)
  if (credential === 'cookie') return
  const me = options.me ?? '/me'
  const bff = createBff({
    ...(shared as Omit<BffOptions, 'api' | 'secret'>),
    api: url,
    secret: 'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR1oQyVtMx5iA=',
    proxy: [me],
  })
  let cookie = ''
  async function ask(method: string, to: string, body?: object) {
    const headers = { cookie, 'X-Requested-With': 'tokencell', 'Content-Type': 'application/json' }
    const request = new Request(`https://app.example.com${to}`, {
      method,
      headers: { ...headers, Origin: 'https://app.example.com', 'Sec-Fetch-Site': 'same-origin' },
      body: body ? JSON.stringify(body) : null,
    })
    const response = await bff.handle(request)
    const [set] = response.headers.getSetCookie()
    if (set !== undefined) cookie = set.split(';')[0] ?? ''
    return { status: response.status, body: await response.json().catch(() => undefined) }
  }
  const { email = 'email', password = 'password' } = options.fields ?? {}
  const credentials = (given = ADA) =>
    email.startsWith('user[') ? { user: given } : { [email]: given.email, [password]: given.password }
  const wrong = credentials({ ...ADA, password: 'another horse' })
  expect((await ask('GET', me)).status).not.toBe(200)
  expect((await ask('POST', '/api/auth/sign-in', wrong)).status).not.toBe(200)
  expect(await ask('POST', '/api/auth/sign-in', credentials())).toMatchObject({ status: 200 })
  expect(await ask('GET', me)).toMatchObject({ status: 200 })
  if (tried.includes('sign-out'))
    expect(await ask('POST', '/api/auth/sign-out')).toMatchObject({
      status: 200,
      body: { isConfirmed: true },
    })
  if (tried.includes('sign-out')) expect((await ask('GET', me)).status).not.toBe(200)
}
