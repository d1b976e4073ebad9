import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runRuby, startRails } from '../../scripts/rails.mjs'
import { test as base, expect } from './fixtures.js'
import { ADA, ask, cookieOf, refresh, said, signIn, signUp } from './raw.js'

interface Fixtures {
  /** Settings of production, with an empty database. */
  production: Record<string, string>
}

const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
  production: async ({}, use) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-'))
    const database = path.join(folder, 'rails.sqlite3')
    const settings = { RAILS_ENV: 'production', API_DATABASE: database, API_HOSTS: '127.0.0.1', API_SEED: '' }
    await use(settings)
    rmSync(folder, { recursive: true, force: true })
  },
})

const https = { 'x-forwarded-proto': 'https' }
const failure = (settings: Record<string, string>) =>
  startRails(settings).then(
    async ({ end }) => {
      await end()
      return 'started'
    },
    ({ output }: { output: string }) => output,
  )

test('production creates no example accounts, forces TLS and refuses unknown hosts', async ({
  production,
}) => {
  await runRuby(['-S', 'rake', 'db:migrate'], production)
  const { url, end } = await startRails({ ...production, API_SEED: '1' })
  expect((await signIn(url, ADA, https)).status).toBe(401)
  const person = await signUp(url, https)
  const signedIn = await signIn(url, person, https)
  expect(signedIn.status).toBe(200)
  expect(signedIn.headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/)
  const plain = await fetch(`${url}/api/v1/public`, { redirect: 'manual' })
  expect([plain.status, plain.headers.get('location')]).toEqual([
    301,
    expect.stringMatching(/^https:\/\/127\.0\.0\.1/),
  ])
  const strange = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { ...https, host: 'evil.example' }
    request(`${url}/api/v1/public`, { headers }, ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end()
  })
  expect(strange).toBe(403)
  await end()
  await expect(runRuby(['-S', 'rake', 'db:seed'], production)).rejects.toMatchObject({
    output: expect.stringContaining('never in production'),
  })
})

for (const name of ['API_JWT_SECRETS', 'API_REFRESH_SECRETS', 'SECRET_KEY_BASE', 'API_HOSTS'])
  test(`production does not start without ${name}`, async ({ production }) => {
    const output = await failure({ ...production, [name]: '' })
    expect(output).toMatch(
      { SECRET_KEY_BASE: /secret_key_base/, API_HOSTS: /^config\.hosts must/m }[name] ??
        new RegExp(`^${name} must be set in production`, 'm'),
    )
  })

test('with a new and an old secret a reused refresh token gets the same successor; without the old secret its tokens are refused', async ({
  production,
}) => {
  const [old, next] = ['o'.repeat(64), 'n'.repeat(64)]
  const settings = { ...production, RAILS_ENV: 'test', API_REUSE_GRACE: '60' }
  const deploy = (secrets: string) =>
    startRails({ ...settings, API_REFRESH_SECRETS: secrets, SECRET_KEY_BASE: secrets })
  const before = await deploy(old)
  const first = cookieOf(await signIn(before.url, await signUp(before.url)))
  const second = cookieOf(await refresh(before.url, first))
  await before.end()

  const rotated = await deploy(`${next},${old}`)
  const repeated = await refresh(rotated.url, first)
  expect([repeated.status, cookieOf(repeated).split('.')[1]]).toEqual([200, second.split('.')[1]])
  const third = cookieOf(await refresh(rotated.url, cookieOf(repeated)))
  await rotated.end()

  const changed = await deploy(next)
  expect(await said(await refresh(changed.url, second))).toEqual([401, { error: 'unknown' }])
  expect((await refresh(changed.url, third)).status, 'a token that was made with the new secret').toBe(200)
  await changed.end()
})

test('rake tokencell:cleanup deletes only sessions that ended more than a week ago', async ({
  production,
}) => {
  const settings = { ...production, RAILS_ENV: 'test' }
  const { url, end } = await startRails(settings)
  const person = await signUp(url)
  for (const _ of [1, 2, 3]) await signIn(url, person)
  await end()
  const age = `TokencellRails::Session.order(:created_at).then { |all|
    all[0].update_columns(ended_at: 8.days.ago)
    all[1].update_columns(idle_expires_at: 8.days.ago, expires_at: 8.days.ago)
    all[2].update_columns(ended_at: 6.days.ago)
  }
  TokencellRails::AttemptCount.update_all(expires_at: 2.hours.ago)`
  await runRuby(['-r./config/environment', '-e', age], settings)
  const output = await runRuby(['-S', 'rake', 'tokencell:cleanup'], settings)
  expect(output).toMatch(/2 sessions and [1-9]\d* counts deleted/)
  const count = ['-r./config/environment', '-e', 'puts TokencellRails::Session.count']
  expect((await runRuby(count, settings)).trim()).toMatch(/2$/)
})

test('the API has no endpoints other than those in README.md', async ({ rails }) => {
  for (const path of ['/signup.json', '/login.json', '/refresh.html', '/logout.xml', '/users/sign_in'])
    expect((await ask(rails.url, path, { method: 'POST' })).status, path).toBe(404)
})
