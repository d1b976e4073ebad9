import { expect, test } from 'vitest'
import { type BffOptions, createBff } from '../../../js/server/index.js'
import { SECRET } from './browser.js'

const good: BffOptions = { api: 'https://api.test', secret: SECRET, signIn: '/login' }

test.each<[Partial<Record<keyof BffOptions | 'token', unknown>>, code: string, option: string]>([
  [{ token: 'x' }, 'option-invalid', 'token'],
  [{ api: 'api.test' }, 'origin-malformed', 'api'],
  [{ api: 'https://api.test/v1' }, 'origin-malformed', 'api'],
  [{ api: 'ftp://api.test' }, 'origin-malformed', 'api'],
  [{ api: 'https://user@api.test' }, 'origin-malformed', 'api'],
  [{ api: 'http://api.test' }, 'origin-insecure', 'api'],
  [{ secret: undefined }, 'secret-weak', 'secret'],
  [{ secret: 'short' }, 'secret-weak', 'secret'],
  [{ secret: [] }, 'secret-weak', 'secret'],
  [{ secret: [SECRET, 'short'] }, 'secret-weak', 'secret'],
  [{ signIn: undefined }, 'endpoint-missing', 'signIn'],
  [{ signIn: 'https://evil.test/' }, 'endpoint-outside-origins', 'signIn'],
  [{ refresh: '//evil.test/' }, 'endpoint-outside-origins', 'refresh'],
  [{ signOut: { method: 'DELETE' } }, 'option-invalid', 'signOut'],
  [{ cookie: { sameSite: 'none' } }, 'option-invalid', 'cookie'],
  [{ cookie: { name: 'a=b; Domain=evil.test' } }, 'option-invalid', 'cookie'],
  [{ cookie: { maxAge: Number.NaN } }, 'option-invalid', 'cookie'],
  [{ proxy: ['api/notes'] }, 'option-invalid', 'proxy'],
  [{ proxy: ['/api/**/notes'] }, 'option-invalid', 'proxy'],
  [{ proxy: ['/api/note*'] }, 'option-invalid', 'proxy'],
  [{ proxy: ['get /api'] }, 'option-invalid', 'proxy'],
])('%j is refused, and named', (wrong, code, option) => {
  let error: unknown
  try {
    createBff({ ...good, ...wrong } as BffOptions)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toMatchObject({ code, option })
  expect(String(error)).not.toContain(SECRET)
})

test('plain http is for this machine, or for whoever asks for it', () => {
  for (const api of [
    'http://localhost:3000',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
    'http://api.localhost',
  ])
    createBff({ ...good, api })
  createBff({ ...good, api: 'http://api:3000', plainHttp: true })
})
