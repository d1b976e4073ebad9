import { expect, test } from 'vitest'
import { withoutCredential } from '../../js/vault/credential.js'
import { resolveOptions } from '../../js/vault/options.js'

const OPTIONS = resolveOptions({
  origins: ['https://api.test'],
  signIn: '/sign-in',
  credential: { headers: ['access-token'] },
} as Parameters<typeof resolveOptions>[0])

/** A response as browsers create it. The constructor of Response would refuse some of these. */
function native(status: number, statusText: string, body: string | null) {
  const response = new Response(body, { headers: { 'access-token': 'secret', 'x-a': '1' } })
  for (const [name, value] of Object.entries({ status, statusText }))
    Object.defineProperty(response, name, { value })
  return response
}

test('a response with a token reaches the page without it, with its status, its status text and its body', async () => {
  for (const status of [200, 204, 205, 304, 401, 600, 999]) {
    for (const body of [null, '', 'text']) {
      for (const statusText of ['', 'OK', 'a\x01b', '\u2603']) {
        const response = withoutCredential(native(status, statusText, body), OPTIONS)
        expect([response.status, response.statusText]).toEqual([status, statusText])
        expect([...response.headers].map(([name]) => name)).not.toContain('access-token')
        expect(response.headers.get('x-a')).toBe('1')
        expect(response.body === null).toBe(body === null)
        expect(await response.clone().text()).toBe(body ?? '')
        expect(await response.text()).toBe(body ?? '')
      }
    }
  }
})

test('headers that are named like a token do not reach the page, and others do', () => {
  const tokens = ['authorization', 'x-access-token', 'Refresh-Token', 'x-auth-token', 'x-jwt', 'x-refresh']
  const others = ['x-csrf-token', 'x-request-id', 'token-type', 'next-page-token']
  const headers = Object.fromEntries([...tokens, ...others].map((name) => [name, 'x']))
  const options = { ...OPTIONS, refreshHeader: 'X-Refresh' }
  const shown = withoutCredential(new Response('', { headers }), options)
  expect([...shown.headers.keys()].sort()).toEqual(['content-type', ...others].sort())
})
