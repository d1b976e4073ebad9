import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { VaultOptions } from '../../js/common/vault-options.js'
import type { DoctorOptions } from '../../js/doctor/options.js'
import { examine, type Report } from '../../js/doctor/report.js'
import { readVaultFile } from '../../js/doctor/vault-file.js'
import { startS0 } from '../systems/s0-headless.js'
import { startS1 } from '../systems/s1-devise-jwt.js'
import { startS2 } from '../systems/s2-rails-jwt.js'
import { startS3 } from '../systems/s3-express.js'
import { ADA } from '../systems/users.js'

vi.mock('tokencell/vault', () => ({ openVault: (options: VaultOptions) => options }))
vi.mock('tokencell/presets', () => import('../../js/presets.js'))

interface System {
  start: () => Promise<{ url: string; close(): Promise<void> }>
  vault: () => Promise<{ default: unknown }>
  /** What a developer tells doctor. */
  options: Partial<DoctorOptions>
  /** The options of the vault file that cannot be seen from outside, and why. */
  unseen: Partial<Record<keyof VaultOptions, string>>
}

const SIGN_UP = 'doctor creates no account'
const systems: Record<string, System> = {
  s0: {
    // With a token for four seconds, doctor can wait until the session slides.
    start: () => startS0({ tokenIn: 'body', lifetime: 4 }),
    vault: () => import('../systems/vaults/s0.vault.js'),
    options: {
      signIn: '/users/sign_in',
      signOut: 'DELETE /users/sign_out',
      refresh: 'none',
      me: '/users/current',
      grace: 2,
    },
    unseen: { exchanges: SIGN_UP },
  },
  s1: {
    start: () => startS1({ origins: ['http://localhost:5173'] }),
    vault: () => import('../systems/vaults/s1.vault.js'),
    options: {
      origin: 'http://localhost:5173',
      signIn: '/api/v1/login',
      signOut: 'DELETE /api/v1/logout',
      refresh: 'none',
      me: '/api/v1/me',
      fields: { email: 'user[email]', password: 'user[password]' },
    },
    unseen: { exchanges: SIGN_UP, origins: 'the file has the origin of the production' },
  },
  's2-pair': {
    start: startS2,
    vault: () => import('../systems/vaults/s2-pair.vault.js'),
    options: { signOut: 'POST /logout' },
    unseen: {
      exchanges: SIGN_UP,
      refresh: '404 is the answer for a user who is gone',
      credentials: 'without cookies, and on the same origin, both values are the same',
      csrf: 'without cookies, and on the same origin, the header has no effect',
    },
  },
  's2-session': {
    start: startS2,
    vault: () => import('../systems/vaults/s2-session.vault.js'),
    options: { signIn: '/session', signOut: 'DELETE /session', refresh: 'none' },
    unseen: { exchanges: SIGN_UP, idle: 'doctor does not wait for half an hour' },
  },
  s3: {
    start: startS3,
    vault: () => import('../systems/vaults/s3.vault.js'),
    options: {
      signIn: '/api/auth/login',
      refresh: '/api/auth/refresh',
      signOut: 'POST /api/auth/logout',
      me: '/api/admin/users',
    },
    unseen: { exchanges: SIGN_UP },
  },
}

async function diagnose({ start }: System, options: Partial<DoctorOptions>) {
  const system = await start()
  onTestFinished(() => system.close())
  const report = await examine({ url: system.url, credentials: ADA, grace: 0, timeout: 5, ...options })
  expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  return { report, suggested: await optionsOf(report) }
}

/** The options in the suggested file. */
async function optionsOf({ suggestion }: Report): Promise<VaultOptions> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'auth.vault.ts')
  writeFileSync(file, suggestion?.code ?? '')
  return readVaultFile(file)
}

const without = (options: VaultOptions, names: object) =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !(name in names)))

test.each(Object.entries(systems))(
  '%s: doctor suggests the options of its vault file, as far as they can be seen from outside',
  async (_, system) => {
    const { default: vault } = (await system.vault()) as { default: VaultOptions }
    const { report, suggested } = await diagnose(system, system.options)
    expect(without(suggested, system.unseen)).toEqual(without(vault, system.unseen))
    expect(report.suggestion?.tried).toEqual(expect.arrayContaining(['sign-in', 'request', 'sign-out']))
  },
)

test.each(Object.entries(systems))(
  '%s: doctor accepts the vault file, and keeps the options that cannot be seen',
  async (_, system) => {
    const { default: vault } = (await system.vault()) as { default: VaultOptions }
    const { origin, me = '/me', fields } = system.options
    const { report, suggested } = await diagnose(system, {
      vault,
      me,
      ...(origin && { origin }),
      ...(fields && { fields }),
    })
    expect(without(suggested, { origins: '' })).toEqual(without(vault, { origins: '' }))
    expect(report.findings.find(({ id }) => id === 'user.reload')?.severity).not.toBe('warning')
  },
)

test('s0: without a token that ends soon, a note names the option for sliding sessions', async () => {
  const { start: _, ...s0 } = systems.s0 as System
  const { report, suggested } = await diagnose({ ...s0, start: () => startS0() }, { ...s0.options, grace: 0 })
  expect(suggested.renewHeader).toBeUndefined()
  expect(report.suggestion?.notes.join()).toContain("renewHeader: 'Authorization'")
})

test('s2 with a session cookie: doctor takes the token from an endpoint that is named', async () => {
  const s2 = systems['s2-session'] as System
  const { suggested } = await diagnose(s2, { ...s2.options, csrfPage: '/csrf' })
  expect(suggested.csrf).toEqual({ header: 'X-CSRF-Token', from: { endpoint: '/csrf' } })
})
