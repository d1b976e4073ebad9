import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SignJWT } from 'jose'
import { migrate, openDatabase, readConfig } from '../auth/index.js'
import { createKey, databases, environment, serve } from '../support/serve.js'

const production = {
  ...environment,
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://api.example.com',
  PASSWORD_COST: '17',
}
const file = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))

test('every missing or invalid variable is named', () => {
  const wrong = {
    PUBLIC_URL: [undefined, '', 'api.example.com', 'https://api.example.com/', 'http://api.example.com'],
    ORIGINS: ['*', 'https://app.example.com/', 'https://a.example,x'],
    ACCESS_TOKEN_KEYS: [undefined, '', 'secret', 'a:c2hvcnQ=', `${createKey('a')},`, createKey('a b')],
    REFRESH_TOKEN_KEYS: [undefined, '', 'a:'],
    TRUST_PROXY: ['true', '*'],
    SAME_SITE: ['Lax', 'no'],
    PASSWORD_COST: ['10', '99', 'x'],
  }
  for (const [name, values] of Object.entries(wrong))
    for (const value of values)
      assert.throws(() => readConfig({ ...production, [name]: value }), new RegExp(name), `${name}=${value}`)
  assert.throws(() => readConfig({ ...environment, SAME_SITE: 'none' }), /SAME_SITE/)
  assert.equal(readConfig({ ...production, TRUST_PROXY: '1' }).trustProxy, 1)
})

test('over TLS, the cookie has the prefix __Host-', () => {
  const attributes = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' }
  assert.deepEqual(readConfig(production).cookie, { name: '__Host-refresh_token', attributes })
  assert.equal(readConfig(environment).cookie.name, 'refresh_token')
})

test('production does not start without keys, and starts without accounts', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const DATABASE_URL = `file:${folder}/auth.db`
  const { ACCESS_TOKEN_KEYS, ...without } = production
  const env = { PATH: process.env.PATH, ...without, DATABASE_URL }
  const { status, stderr } = spawnSync(process.execPath, [file('server.js')], { env, encoding: 'utf8' })
  assert.equal(status, 1)
  assert.match(stderr, /ACCESS_TOKEN_KEYS/)

  const run = (...args) =>
    spawnSync(process.execPath, [file('auth/tasks.js'), ...args], {
      env: { ...env, ACCESS_TOKEN_KEYS },
      encoding: 'utf8',
    })
  assert.match(
    run('keys').stdout,
    /^ACCESS_TOKEN_KEYS=[\d-]{10}:\S{44}\nREFRESH_TOKEN_KEYS=[\d-]{10}:\S{44}\n$/,
  )
  assert.equal(run('migrate').stdout, '1 migrations run\n')
  assert.equal(run('migrate').stdout, '0 migrations run\n')
  assert.equal(run('clean-up').stdout, '0 sessions deleted\n')
  const unknown = run('roles', 'ada@example.com', 'admin')
  assert.deepEqual([unknown.status, unknown.stdout], [1, 'No account has the e-mail ada@example.com\n'])
  assert.equal(run('nothing').status, 1)
  const db = openDatabase(DATABASE_URL)
  assert.deepEqual(await db('users'), [])
  await db.destroy()
})

test('access tokens with another issuer, algorithm or key are refused', async (t) => {
  const { client } = await serve(t)
  const ada = client()
  await ada.signUp()
  const [id, base64] = environment.ACCESS_TOKEN_KEYS.split(':')
  const secret = Buffer.from(base64, 'base64')
  const { sessions } = (await ada.call('GET /sessions')).body
  const make = ({ alg = 'HS256', kid = id, iss = environment.PUBLIC_URL, key = secret, exp = '1h' }) => {
    const jwt = new SignJWT({ sid: sessions[0].id })
      .setProtectedHeader({ alg, kid })
      .setIssuer(iss)
      .setSubject('1')
    return (exp ? jwt.setExpirationTime(exp) : jwt).sign(key)
  }
  const status = async (token) => (await Object.assign(client(), { token }).call('GET /me')).status
  assert.equal(await status(await make({})), 200)
  const [header, payload] = (await make({})).split('.')
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
  const wrong = [
    await make({ iss: 'https://evil.example' }),
    await make({ alg: 'HS512' }),
    await make({ kid: 'other' }),
    await make({ kid: '__proto__' }),
    await make({ key: Buffer.alloc(32) }),
    await make({ exp: null }),
    `${none}.${payload}.`,
    `${header}.${payload}.`,
    ada.cookie.split('=')[1],
  ]
  for (const token of wrong) assert.equal(await status(token), 401, token)
})

for (const [name, create] of Object.entries(databases)) {
  for (const id of ['increments', 'uuid'])
    test(`${name}: the migration does not change the accounts of an existing table (${id})`, async (t) => {
      const db = openDatabase(await create(t))
      t.after(() => db.destroy())
      await db.schema.createTable('users', (table) => {
        if (id === 'uuid') table.uuid('id').primary()
        else table.increments('id')
        table.string('email').notNullable().unique()
        table.string('password_hash').notNullable()
        table.string('nickname')
      })
      const account = { email: 'ada@example.com', password_hash: 'x', nickname: 'ada' }
      const uuid = '0b2b7f0e-6f3c-4d0a-9d0e-1f6a3c1b2a4d'
      await db('users').insert(id === 'uuid' ? { id: uuid, ...account } : account)
      await migrate(db)
      assert.deepEqual(await db('users').first('email', 'password_hash', 'nickname', 'roles'), {
        ...account,
        roles: '["user"]',
      })
      const { id: user_id } = await db('users').first()
      const times = {
        created_at: new Date(),
        rotated_at: new Date(),
        expires_at: new Date(),
        idle_expires_at: new Date(),
      }
      await db('sessions').insert({ id: 's', user_id, digest: 'x', ...times })
      await db('users').delete()
      assert.deepEqual(await db('sessions'), [])
    })
}
