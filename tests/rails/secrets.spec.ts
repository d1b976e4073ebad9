import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test as base, expect, get, outliveTrust, signIn, status } from './fixtures.js'
import { administrate, signUp } from './raw.js'

const secret = () => randomBytes(32).toString('hex')

interface Fixtures {
  /** Replaces Rails by one with these secrets, with the same database. */
  deploy: (secrets: string[]) => Promise<string>
}

const test = base.extend<Fixtures>({
  deploy: async ({ gateway, start }, use) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-'))
    const database = path.join(folder, 'rails.sqlite3')
    const same = { API_DATABASE: database, API_REFRESH_SECRETS: secret(), SECRET_KEY_BASE: secret() }
    let rails: Awaited<ReturnType<typeof start>> | undefined
    await use(async (secrets) => {
      await rails?.end()
      rails = await start({ ...same, API_JWT_SECRETS: secrets.join() })
      gateway.target = rails.url
      return rails.url
    })
    await rails?.end()
    rmSync(folder, { recursive: true, force: true })
  },
})

/** Whether a token has been signed with a secret. */
function isSigned(token = '', secret: string) {
  const [header, claims, signature] = token.split('.')
  return createHmac('sha256', secret).update(`${header}.${claims}`).digest('base64url') === signature
}

test('promise 7: after a secret is added, tokens of the old secret stay valid and the next token is signed with the new one', async ({
  api,
  deploy,
  gateway,
  open,
  page,
}) => {
  const [old, next] = [secret(), secret()]
  const person = await signUp(await deploy([old]))
  await open(page)
  await signIn(page, person)
  const url = await deploy([next, old])
  expect(await get(page, `${api}/me`)).toBe(200)
  const [{ sent } = {}] = gateway.of('GET', '/me')
  expect(isSigned(sent, old)).toBe(true)
  expect(gateway.refreshes()).toEqual([])

  // A change of the roles causes a refresh.
  await outliveTrust(page)
  await (await administrate(url)).setRoles(person.id, ['editor'])
  expect(await get(page, `${api}/me`)).toBe(200)
  expect(gateway.refreshes()).toEqual([200])
  expect(isSigned(gateway.of('POST', '/refresh')[0]?.issued, next)).toBe(true)
})

test('promise 7: after a secret is replaced without a transition, the open page makes one refresh and keeps its session', async ({
  api,
  deploy,
  gateway,
  open,
  page,
}) => {
  const next = secret()
  const person = await signUp(await deploy([secret()]))
  await open(page)
  await signIn(page, person)
  await outliveTrust(page)
  await deploy([next])
  expect(await get(page, `${api}/me`)).toBe(200)
  expect(gateway.of('GET', '/me').map(({ status, body }) => (status === 401 ? body : status))).toEqual([
    '{"error":"invalid_token"}',
    200,
  ])
  expect(gateway.refreshes()).toEqual([200])
  expect(isSigned(gateway.of('POST', '/refresh')[0]?.issued, next)).toBe(true)
  expect(await status(page)).toBe('authenticated')
})
