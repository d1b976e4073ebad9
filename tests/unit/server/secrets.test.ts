import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { browse, SECRET } from './browser.js'

const ACCESS = '1|opaque access token'
const REFRESH = 'opaque-refresh-token'
const servers: ReturnType<typeof createServer>[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** What a page gets for a sign-in that an API answers like this. */
async function signInAnswer(status: number, body: object, headers: Record<string, string> = {}) {
  const api = createServer((_, response) => response.writeHead(status, headers).end(JSON.stringify(body)))
  servers.push(api)
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const browser = browse({
    api: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    secret: SECRET,
    signIn: '/token',
    refreshToken: 'body',
    fields: { accessToken: 'data.at', refreshToken: 'data.rt', expiresIn: 'data.ttl' },
  })
  return (await browser.signIn()).text()
}

test.each<[string, number, object]>([
  ['a grant whose lifetime is no number', 200, { ttl: 'soon' }],
  ['a grant whose token no header can hold', 200, { at: ACCESS }],
  ['a refusal', 401, {}],
  ['an error of the server', 500, {}],
])('promise 3: a page gets no token of %s', async (_, status, data) => {
  const text = await signInAnswer(status, {
    data: { at: 'opaque-access-token', rt: REFRESH, ...data },
    note: `use ${REFRESH} next time`,
    by: { [REFRESH]: 1 },
    hint: 'kept',
  })
  // What the API said of its own accord is passed on; a grant that is refused here is not.
  expect(text.includes('kept')).toBe(status !== 200)
  for (const secret of [ACCESS, 'opaque-access-token', REFRESH]) expect(text).not.toContain(secret)
})

test('promise 3: a token of the header is removed from the body of a refused grant', async () => {
  const headers = { authorization: 'Bearer opaque-access-token' }
  const text = await signInAnswer(200, { data: { ttl: 'soon' }, echo: 'opaque-access-token' }, headers)
  expect(text).not.toContain('opaque-access-token')
})
