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
  [{ cookie: { sameSite: 'none' } }, 'option-invalid', 'cookie.sameSite'],
  [{ cookie: { name: 'a=b; Domain=evil.test' } }, 'option-invalid', 'cookie.name'],
  [{ cookie: { maxAge: Number.NaN } }, 'option-invalid', 'cookie.maxAge'],
  [{ proxy: ['api/notes'] }, 'option-invalid', 'proxy'],
  [{ proxy: ['/api/**/notes'] }, 'option-invalid', 'proxy'],
  [{ proxy: ['/api/note*'] }, 'option-invalid', 'proxy'],
  [{ proxy: ['get /api'] }, 'option-invalid', 'proxy'],
])('%j is refused by the name of its option', (wrong, code, option) => {
  let error: unknown
  try {
    createBff({ ...good, ...wrong } as BffOptions)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toMatchObject({ code, option })
  expect(String(error)).not.toContain(SECRET)
})

test.each<[object, string]>([
  [{ basePath: 'auth' }, 'basePath: Must be a path such as "/api/auth", but is "auth".'],
  [{ bodyLimit: '1mb' }, 'bodyLimit: Must be a number of bytes above 0, but is "1mb".'],
  [{ claims: 'sub' }, 'claims: Must be a list of claim names, but is "sub".'],
  [
    { cookie: 'session' },
    'cookie: Must be an object with name, sameSite, secure, maxAge or limit, but is "session".',
  ],
  [{ cookie: { secure: 'no' } }, 'cookie.secure: Must be true or false, but is "no".'],
  [
    { cookie: { path: '/' } },
    'cookie.path: This option does not exist. The options are: limit, maxAge, name, sameSite, secure.',
  ],
  [{ forward: {} }, 'forward: Must be a function that gets the request and returns headers, but is {}.'],
  [{ grace: -1 }, 'grace: Must be a number of seconds, 0 or more, but is -1.'],
  [{ headers: ['a b'] }, 'headers: Must be a list of header names, but is ["a b"].'],
  [{ onEvent: true }, 'onEvent: Must be a function that gets an event, but is true.'],
  [
    { origins: 'https://a.test' },
    'origins: Must be a list of origins such as "https://www.example.com", but is "https://a.test".',
  ],
  [{ allowInsecureHttp: 'yes' }, 'allowInsecureHttp: Must be true or false, but is "yes".'],
  [{ proxy: '/api' }, 'proxy: Must be a list of paths such as "/api/v1/**", but is "/api".'],
  [
    { store: {} },
    'store: Must be an object with getItem, setItem and removeItem, such as a storage of unstorage, but is {}.',
  ],
])('%j is refused with the valid values', (wrong, message) => {
  expect(() => createBff({ ...good, ...wrong } as BffOptions)).toThrow(message)
})

test('plain http is allowed for this machine, or with `allowInsecureHttp`', () => {
  for (const api of [
    'http://localhost:3000',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
    'http://api.localhost',
  ])
    createBff({ ...good, api })
  createBff({ ...good, api: 'http://api:3000', allowInsecureHttp: true })
})
