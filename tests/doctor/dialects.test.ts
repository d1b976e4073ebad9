import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { VaultOptions } from '../../js/common/vault-options.js'
import { readVaultFile } from '../../js/doctor/vault-file.js'
import { ADA, PAGE } from './api.js'
import { jwt } from './jwt.js'
import { diagnose } from './listener.js'

interface Asked {
  path: string | undefined
  header(name: string): string | undefined
  /** The body of the request, decoded from JSON or a form. */
  body: Record<string, string>
  isForm: boolean
}

/** Returns `[status, body, headers]` of the response. */
type Route = (
  asked: Asked,
) => [status: number, body?: object | undefined, headers?: Record<string, string | string[]>]

const api = (route: Route): RequestListener => {
  return async (request: IncomingMessage, response: ServerResponse) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded'
    const body = isForm ? Object.fromEntries(new URLSearchParams(text)) : text ? JSON.parse(text) : {}
    const header = (name: string) => request.headers[name] as string | undefined
    const { method, url } = request
    const [status, answer, headers] =
      method === 'OPTIONS' ? [204] : route({ path: url, header, body, isForm })
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      'Access-Control-Allow-Origin': PAGE,
      'Access-Control-Allow-Headers': 'authorization, content-type',
      Vary: 'Origin',
      ...headers,
    })
    response.end(answer && JSON.stringify(answer))
  }
}

const isAda = ({ username, email = username, password }: Record<string, string>) =>
  email === ADA.email && password === ADA.password

test('a sign-in that accepts forms only, without cookies, gets working options', async () => {
  const token = jwt()
  const { errors, report } = await diagnose(
    api(({ path, header, body, isForm }) => {
      if (path === '/me') return [header('authorization') === `Bearer ${token}` ? 200 : 401, {}]
      if (!isForm) return [422, { detail: 'no form' }]
      return isAda(body) ? [200, { access_token: token }] : [400, { detail: 'LOGIN_BAD_CREDENTIALS' }]
    }),
    { origin: PAGE, refresh: 'none', signOut: 'none', fields: { email: 'username' } },
  )
  expect(errors).toEqual([])
  expect(report.suggestion?.code).toContain(`  signIn: { path: '/login', encoding: 'form' },
  credentials: 'omit',
  csrf: false,
})`)
})

test('another scheme than Bearer is taken from the 401', async () => {
  const { errors, report } = await diagnose(
    api(({ path, header, body }) => {
      if (path === '/me')
        return header('authorization') === 'Token 0123456789'
          ? [200, {}]
          : [401, {}, { 'WWW-Authenticate': 'Token' }]
      return isAda(body) ? [200, { key: '0123456789' }] : [400, {}]
    }),
    { refresh: 'none', signOut: 'none' },
  )
  expect(errors).toEqual([])
  expect(report.suggestion?.code).toContain(`  scheme: 'Token',\n  fields: { accessToken: 'key' },\n`)
})

test('a refresh token in Authorization gets working options, and an unusual status of a refusal is suggested for `endsOn`', async () => {
  let [access, refresh] = ['', '']
  const { finding, report } = await diagnose(
    api(({ path, header, body }) => {
      const sent = header('authorization')
      if (path === '/me') return [sent === `Bearer ${access}` ? 200 : 401, {}]
      if (path === '/refresh' && sent !== `Bearer ${refresh}`) return [sent ? 422 : 401, {}]
      if (path === '/login' && !isAda(body)) return [401, {}]
      access = jwt()
      if (path === '/refresh') return [200, { access_token: access }]
      refresh = jwt()
      return [200, { access_token: access, refresh_token: refresh }]
    }),
    { signOut: 'none' },
  )
  expect(finding('refresh.works')?.severity).toBe('ok')
  expect(finding('refresh.refusal')).toMatchObject({
    severity: 'advice',
    evidence: 'with an unknown refresh token, the API responds with 422; add this status to endsOn',
  })
  expect(report.suggestion?.code).toContain(
    `  refresh: { path: '/refresh', endsOn: [400, 401, 403, 422] },\n  refreshToken: { header: 'Authorization' },\n`,
  )
})

test('a session cookie is recognised next to a value that looks like a token, with a GET as the refresh', async () => {
  const sessions = new Set<string>()
  const { errors, report } = await diagnose(
    api(({ path, header, body }) => {
      const id = /sid=(\w+)/.exec(header('cookie') ?? '')?.[1] ?? ''
      if (path === '/me') return [sessions.has(id) ? 200 : 401, {}]
      if (path === '/session') return [200, sessions.has(id) ? { user: { id: 1 } } : undefined]
      const gone = { 'Set-Cookie': 'sid=; Path=/; Max-Age=0' }
      if (path === '/logout')
        return header('origin') === PAGE && sessions.delete(id) ? [200, {}, gone] : [403]
      if (!isAda(body) || header('origin') !== PAGE) return [401, {}]
      const next = `s${Math.random()}`.replace('.', '')
      sessions.add(next)
      return [
        200,
        { token: next, user: { id: 1 } },
        { 'Set-Cookie': `sid=${next}; Path=/; HttpOnly; SameSite=Lax; Max-Age=900` },
      ]
    }),
    { origin: PAGE, refresh: 'GET /session', signOut: 'POST /logout' },
  )
  // This API allows no credentials. A session in a cookie needs them across origins.
  expect(errors).toEqual(['cors.credentials', 'cors.preflight-headers'])
  expect(report.suggestion?.code).toContain(`  credential: 'cookie',
  refresh: { method: 'GET', path: '/session' },
  signOut: '/logout',
})`)
})

test('a vault file sets all options: fields of the body, a form, and the name of the refresh token', async () => {
  let [access, refresh] = ['', '']
  const vault: VaultOptions = {
    origins: ['https://api.example.com'],
    signIn: { path: '/oauth/token', encoding: 'form', body: { grant_type: 'password', client_id: 'web' } },
    refresh: {
      path: '/oauth/token',
      encoding: 'form',
      body: { grant_type: 'refresh_token', client_id: 'web' },
    },
    refreshToken: { body: 'refresh_token' },
    fields: { accessToken: 'data.at', refreshToken: 'data.rt' },
    credentials: 'omit',
    csrf: false,
  }
  const { errors, report } = await diagnose(
    api(({ path, header, body, isForm }) => {
      if (path === '/me') return [header('authorization') === `Bearer ${access}` ? 200 : 401, {}]
      const isRight =
        isForm &&
        body.client_id === 'web' &&
        (body.grant_type === 'password'
          ? isAda({ ...body, email: body.username ?? '' })
          : refresh !== '' && body.refresh_token === refresh)
      if (!isRight) {
        // A spent token ends all tokens of the session.
        if (body.grant_type === 'refresh_token') refresh = ''
        return [400, { error: 'invalid_grant' }]
      }
      access = jwt()
      refresh = `rt-${Math.random()}`
      return [200, { data: { at: access, rt: refresh, expires_in: '900' } }]
    }),
    { origin: PAGE, vault, fields: { email: 'username' } },
  )
  expect(errors).toEqual([])
  expect(report.suggestion?.code).toContain(
    `  signIn: { path: '/oauth/token', encoding: 'form', body: { grant_type: 'password', client_id: 'web' } },
  refresh: { path: '/oauth/token', encoding: 'form', body: { grant_type: 'refresh_token', client_id: 'web' } },
  refreshToken: { body: 'refresh_token' },
  credentials: 'omit',
  csrf: false,
  fields: { accessToken: 'data.at', expiresIn: 'data.expires_in', refreshToken: 'data.rt' },
})`,
  )
})

const folder = () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('the options of a vault file are read by running it', async () => {
  const file = path.join(folder(), 'auth.vault.ts')
  writeFileSync(
    file,
    `import { openVault } from 'tokencell/vault'\nexport default openVault({ signIn: '/login', scheme: 'To' + 'ken' })\n`,
  )
  expect(await readVaultFile(file)).toEqual({ signIn: '/login', scheme: 'Token' })
})

test.each([
  ['gone.ts', undefined, 'doctor cannot read the file (ENOENT)'],
  ['broken.json', '{', 'doctor cannot load the file'],
  ['broken.ts', 'export default {', 'doctor cannot load the file'],
  ['empty.ts', 'export const auth = 1', 'exports no options'],
  ['wrong.json', '{ "signIn": "/login", "schema": "Token" }', 'schema'],
])('a vault file that cannot be used is named with the reason: %s', async (name, text, reason) => {
  const file = path.join(folder(), name)
  if (text !== undefined) writeFileSync(file, text)
  await expect(readVaultFile(file)).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(new RegExp(`${name}.*${reason.replace(/[()]/g, '\\$&')}`, 's')),
  })
})
