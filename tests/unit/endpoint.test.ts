import { expect, test } from 'vitest'
import { isCsrfRefusal, isWrite } from '../../js/common/csrf-token.js'
import {
  completeEndpoint,
  encodeBody,
  encodeCredentials,
  refreshMember,
  tokenPaths,
  userEndpoint,
} from '../../js/common/endpoint.js'
import { idleMillis } from '../../js/common/idle.js'

test('an endpoint that is a path has the defaults: POST, JSON, cookies and the header against CSRF', () => {
  expect(completeEndpoint('/sign-in', {})).toEqual({
    path: '/sign-in',
    method: 'POST',
    body: {},
    encoding: 'json',
    csrf: { header: 'X-Requested-With', value: 'tokencell' },
    credentials: 'include',
    fields: {
      accessToken: 'access_token',
      expiresIn: 'expires_in',
      refreshToken: 'refresh_token',
      reason: 'reason',
      endsAt: '',
      challenge: '.',
      user: 'user',
    },
    endsOn: [400, 401, 403],
  })
})

test('the settings of all endpoints replace the defaults, and those of the endpoint replace both', () => {
  const defaults = { csrf: false, credentials: 'omit', fields: { user: 'me', reason: 'why' } } as const
  expect(completeEndpoint('/x', defaults)).toMatchObject({
    csrf: false,
    credentials: 'omit',
    fields: { user: 'me', reason: 'why', accessToken: 'access_token' },
  })
  const own = {
    path: '/x',
    method: 'PUT',
    body: { a: 'b' },
    encoding: 'form',
    csrf: { header: 'X-CSRF', value: '1' },
    credentials: 'include',
    fields: { user: 'profile' },
    endsOn: [404],
  } as const
  const { fields, ...others } = completeEndpoint(own, defaults)
  expect(others).toEqual({ ...own, fields: undefined })
  expect(fields).toMatchObject({ user: 'profile', reason: 'why' })
})

test('the endpoint for the user is requested with GET, unless it names another method', () => {
  expect(userEndpoint('/me', {})).toMatchObject({ path: '/me', method: 'GET' })
  expect(userEndpoint({ path: '/me' }, {}).method).toBe('GET')
  expect(userEndpoint({ path: '/me', method: 'POST' }, {}).method).toBe('POST')
})

test('a body is encoded as JSON or as a form, with its content type', () => {
  expect(encodeBody({ a: 'b c', n: 1 }, 'json')).toEqual(['{"a":"b c","n":1}', 'application/json'])
  expect(encodeBody({ a: 'b c', n: 1 }, 'form')).toEqual(['a=b+c&n=1', 'application/x-www-form-urlencoded'])
})

test('credentials in JSON stay as they are, or get the members and the encoding of their endpoint', () => {
  const json = '{ "email": "a" }'
  expect(encodeCredentials(json, undefined)).toEqual([json, 'application/json'])
  expect(encodeCredentials(json, { body: {}, encoding: 'json' })).toEqual([json, 'application/json'])
  expect(encodeCredentials(json, { body: { client: 'web', email: 'b' }, encoding: 'json' })).toEqual([
    '{"client":"web","email":"a"}',
    'application/json',
  ])
  expect(encodeCredentials(json, { body: {}, encoding: 'form' })).toEqual([
    'email=a',
    'application/x-www-form-urlencoded',
  ])
})

test('tokens are at the paths of all endpoints, and by default also at `accessToken`', () => {
  const own = completeEndpoint({ path: '/x', fields: { accessToken: 'a.b', refreshToken: 'r' } }, {})
  expect(tokenPaths([completeEndpoint('/x', {}), undefined, completeEndpoint('/y', {})])).toEqual([
    'access_token',
    'accessToken',
    'refresh_token',
  ])
  expect(tokenPaths([own])).toEqual(['a.b', 'r'])
})

test.each([
  ['body', undefined, 'refresh_token'],
  ['body', {}, 'refresh_token'],
  ['body', { refreshToken: 'data.refresh' }, 'refresh'],
  [{ body: 'token' }, { refreshToken: 'data.refresh' }, 'token'],
  [{ header: 'X-Refresh' }, { refreshToken: 'data.refresh' }, 'refresh'],
  [null, undefined, 'refresh_token'],
])('with `refreshToken: %j` and the fields %j, a request has the token as `%s`', (option, fields, name) => {
  expect(refreshMember(option, fields)).toBe(name)
})

test('the idle limit is in milliseconds, and its warning begins a minute before the end, or after half of a short time', () => {
  expect(idleMillis({ after: 600 })).toEqual({ after: 600_000, warn: 60_000 })
  expect(idleMillis({ after: 60 })).toEqual({ after: 60_000, warn: 30_000 })
  expect(idleMillis({ after: 600, warn: 5 })).toEqual({ after: 600_000, warn: 5000 })
})

test.each([
  ['GET', false],
  ['head', false],
  ['OPTIONS', false],
  [undefined, false],
  ['POST', true],
  ['DELETE', true],
  ['XGET', true],
  ['GETX', true],
])('a request with the method %s needs a CSRF token: %s', (method, expected) => {
  expect(isWrite(method)).toBe(expected)
})

test('403, 419 and 422 may mean a wrong CSRF token, and no other status', () => {
  const statuses = Array.from({ length: 400 }, (_, at) => at + 200)
  expect(statuses.filter((status) => isCsrfRefusal({ status }))).toEqual([403, 419, 422])
})
