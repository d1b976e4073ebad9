import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { request } from '@playwright/test'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { type SignInByApiOptions, signInByApi } from '../../js/testing/playwright.js'

const ORIGIN = 'http://localhost:5173'
const ADA = { email: 'ada@example.com', password: 'correct horse', code: 123456 }

// The first context loads Playwright, which takes longer than a test may.
beforeAll(async () => (await request.newContext()).dispose(), 60_000)

/** Signs in on a server that responds like this. Returns what the server received, and the result. */
async function signIn(
  respond: (response: ServerResponse) => unknown,
  options: Partial<SignInByApiOptions> = {},
) {
  const received: { body: string; headers: IncomingMessage['headers']; line: string }[] = []
  const server = createServer(async (request, response) => {
    const { headers, method, url } = request
    received.push({ body: await text(request), headers, line: `${method} ${url}` })
    respond(response)
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const api = await request.newContext({
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  })
  onTestFinished(async () => {
    await api.dispose()
    server.close()
  })
  const signedIn = signInByApi(api, { url: '/login', credentials: ADA, origin: ORIGIN, ...options })
  // A rejection is for the test.
  await signedIn.catch(() => {})
  return { received, signedIn }
}

const setCookie = (response: ServerResponse) =>
  response.writeHead(200, { 'Set-Cookie': 'sid=secret; HttpOnly; Path=/' })

test('a sign-in is one POST with the credentials in JSON, from the origin of the pages', async () => {
  const { received } = await signIn(setCookie)
  expect(received).toMatchObject([
    {
      line: 'POST /login',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        origin: ORIGIN,
        'x-requested-with': 'tokencell',
      },
    },
  ])
  expect(JSON.parse(received[0]?.body ?? '')).toEqual(ADA)
})

test('a form has the credentials as text', async () => {
  const { received } = await signIn(setCookie, { encoding: 'form' })
  expect(received[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded')
  expect(received[0]?.body).toBe('email=ada%40example.com&password=correct+horse&code=123456')
})

test('the headers of the test come last', async () => {
  const { received } = await signIn(setCookie, { headers: { 'X-CSRF-Token': 'a', Accept: 'text/html' } })
  expect(received[0]?.headers).toMatchObject({ 'x-csrf-token': 'a', accept: 'text/html', origin: ORIGIN })
})

test('the state has the cookie, and tells the vault of the pages that a user is signed in', async () => {
  const { signedIn } = await signIn(setCookie, { origin: `${ORIGIN}/login?next=%2F` })
  const { cookies, origins } = await signedIn
  expect(cookies).toMatchObject([{ name: 'sid', value: 'secret', domain: '127.0.0.1', httpOnly: true }])
  expect(origins).toEqual([
    {
      origin: ORIGIN,
      localStorage: [],
      indexedDB: [
        {
          name: 'tokencell',
          version: 1,
          stores: [
            {
              name: 'shared-state',
              autoIncrement: false,
              indexes: [],
              records: [
                { key: 'shared-state', value: { hint: 'signed-in', epoch: 1, mark: 0, slow: false } },
              ],
            },
          ],
        },
      ],
    },
  ])
})

test('a vault with a name of its own is told under that name', async () => {
  const { origins } = await (await signIn(setCookie, { name: 'admin' })).signedIn
  expect(origins.flatMap(({ indexedDB = [] }) => indexedDB.map(({ name }) => name))).toEqual(['admin'])
})

test('without a vault, the state is the cookie alone', async () => {
  const { cookies, origins } = await (await signIn(setCookie, { name: false })).signedIn
  expect([cookies.map(({ name }) => name), origins]).toEqual([['sid'], []])
})

test('the file of the state is in a new folder, and only its owner can read it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tokencell-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'auth/users/ada.json')
  const state = await (await signIn(setCookie, { path: file })).signedIn
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(state)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('a refused sign-in is an error that names the request and the status', async () => {
  const { signedIn } = await signIn((response) => response.writeHead(401, { 'Set-Cookie': 'sid=none' }))
  await expect(signedIn).rejects.toThrow(
    /^The API refused the sign-in: POST http:\/\/127\.0\.0\.1:\d+\/login returned 401\.$/,
  )
})

test('a sign-in that redirects is refused, and the redirect is not followed', async () => {
  const { received, signedIn } = await signIn((response) =>
    response.writeHead(302, { Location: '/welcome', 'Set-Cookie': 'sid=secret' }),
  )
  await expect(signedIn).rejects.toThrow('returned 302')
  expect(received).toHaveLength(1)
})

test('a sign-in whose response sets no cookie is an error that says how to sign in instead', async () => {
  const { signedIn } = await signIn((response) => response.writeHead(200, { 'X-Request-Id': '1' }))
  await expect(signedIn).rejects.toThrow(/sets no cookie: POST .*\/login returned 200\. .*`auth\.signIn`/)
})
