import { expect, test } from 'vitest'
import { AuthError } from '../../js/common/errors.js'
import { checkOptions, KINDS } from '../../js/common/option-checks.js'
import { presets } from '../../js/presets.js'

/** The error message for these options, or nothing if they are valid. */
function messageFor(options: object): string | undefined {
  try {
    checkOptions(options, KINDS)
  } catch (error) {
    expect(error).toBeInstanceOf(AuthError)
    expect(error).toMatchObject({ code: 'option-invalid', option: expect.any(String) })
    return (error as Error).message
  }
}

const ENDPOINT = '"/path", or an object with `path`'
const REFRESH_TOKEN = '"body", "cookie", { body } with a member name, or { header } with a header name'
const FIXED_CSRF = 'false, { header, value } or { header, cookie } with texts that a header can hold'
const CSRF = `${FIXED_CSRF}, or { header, from } with { field }, { responseHeader }, { meta } or { endpoint }`

test.each<[object, string]>([
  [
    { singIn: '/x' },
    `singIn: This option does not exist. The options are: ${Object.keys(KINDS).join(', ')}.`,
  ],
  [
    { forgetAfter: Number.POSITIVE_INFINITY },
    'forgetAfter: Must be a number of seconds, 0 or more, but is Infinity.',
  ],
  [{ forgetAfter: -1 }, 'forgetAfter: Must be a number of seconds, 0 or more, but is -1.'],
  [{ forgetAfter: '60' }, 'forgetAfter: Must be a number of seconds, 0 or more, but is "60".'],
  [{ csrf: true }, `csrf: Must be ${CSRF}, but is true.`],
  [{ csrf: { header: 'X Y', value: 'a' } }, `csrf: Must be ${CSRF}, but is {"header":"X Y","value":"a"}.`],
  [{ csrf: { header: 'X', value: 'ł' } }, `csrf: Must be ${CSRF}, but is {"header":"X","value":"ł"}.`],
  [{ csrf: { header: 'X' } }, `csrf: Must be ${CSRF}, but is {"header":"X"}.`],
  [
    { csrf: { header: 'X', value: 'a', cookie: 'b' } },
    `csrf: Must be ${CSRF}, but is {"header":"X","value":"a","cookie":"b"}.`,
  ],
  [
    { signIn: { method: 'GET', path: '/x' } },
    'signIn.method: Must be a method with a body, such as "POST", but is "GET".',
  ],
  [{ signIn: '' }, `signIn: Must be ${ENDPOINT}, but is "".`],
  [{ signIn: null }, `signIn: Must be ${ENDPOINT}, but is null.`],
  [{ signIn: { path: '' } }, 'signIn.path: Must be "/path", but is "".'],
  [{ signIn: { path: '/x', encoding: 'xml' } }, 'signIn.encoding: Must be "json" or "form", but is "xml".'],
  [
    { signIn: { path: '/x', body: { a: 1 } } },
    'signIn.body: Must be an object with text values, but is {"a":1}.',
  ],
  [
    { signIn: { path: '/x', credentials: true } },
    'signIn.credentials: Must be "include" or "omit", but is true.',
  ],
  [{ signIn: { path: '/x', csrf: true } }, `signIn.csrf: Must be ${FIXED_CSRF}, but is true.`],
  [{ csrf: { header: 'X', from: 'meta' } }, `csrf: Must be ${CSRF}, but is {"header":"X","from":"meta"}.`],
  [
    { idle: { after: 60, warn: 60 } },
    'idle: Must be { after, warn } with numbers of seconds, and `warn` less than `after`, but is {"after":60,"warn":60}.',
  ],
  [
    { exchanges: { otp: { path: '/otp', method: 'GET' } } },
    'exchanges.otp.method: Must be a method with a body, such as "POST", but is "GET".',
  ],
  [
    { exchanges: { otp: { path: '/otp', csrf: false, methd: 'PUT' } } },
    'exchanges.otp.methd: This option does not exist. The options are: body, credentials, csrf, encoding, fields, method, path.',
  ],
  [{ exchanges: { otp: 7 } }, `exchanges.otp: Must be ${ENDPOINT}, but is 7.`],
  [{ exchanges: [] }, 'exchanges: Must be an object with a name for each endpoint, but is [].'],
  [{ renewHeader: 'a b' }, 'renewHeader: Must be the name of a header, but is "a b".'],
  [{ restoreCookie: '' }, 'restoreCookie: Must be the name of a cookie, but is "".'],
  [{ user: {} }, `user: Must be ${ENDPOINT}, but is {}.`],
  [
    { signIn: { path: '/x', fields: { user: 1 } } },
    'signIn.fields.user: Must be a dotted path such as "data.access_token", but is 1.',
  ],
  [
    { signIn: { path: '/x', endsOn: [404] } },
    'signIn.endsOn: This option does not exist. The options are: body, credentials, csrf, encoding, fields, method, path.',
  ],
  [
    { refresh: { path: '/x', endsOn: [500] } },
    'refresh.endsOn: Must be a list of statuses from 400 to 499, but is [500].',
  ],
  [
    { refresh: { path: '/x', endsOn: 404 } },
    'refresh.endsOn: Must be a list of statuses from 400 to 499, but is 404.',
  ],
  [
    { refresh: { method: 'a b', path: '/x' } },
    'refresh.method: Must be a method that browsers send, but is "a b".',
  ],
  [
    { refresh: { method: 'TRACE', path: '/x' } },
    'refresh.method: Must be a method that browsers send, but is "TRACE".',
  ],
  [
    { refresh: { method: 'GET', path: '/x' }, refreshToken: 'body' },
    'refresh.method: Must be a method with a body, for the refresh token or for `body`, but is "GET".',
  ],
  [
    { signOut: { method: 'GET', path: '/x', body: { a: 'b' } } },
    'signOut.method: Must be a method with a body, for the refresh token or for `body`, but is "GET".',
  ],
  [{ signOut: { url: '/x' } }, `signOut: Must be ${ENDPOINT}, but is {"url":"/x"}.`],
  [{ refreshToken: { headers: ['X'] } }, `refreshToken: Must be ${REFRESH_TOKEN}, but is {"headers":["X"]}.`],
  [{ refreshToken: { body: '' } }, `refreshToken: Must be ${REFRESH_TOKEN}, but is {"body":""}.`],
  [{ refreshToken: null }, `refreshToken: Must be ${REFRESH_TOKEN}, but is null.`],
  [
    { credential: { headers: [] } },
    'credential: Must be "bearer", "cookie", or { headers } with a list of header names, but is {"headers":[]}.',
  ],
  [{ credentials: 'same-origin' }, 'credentials: Must be "include" or "omit", but is "same-origin".'],
  [{ scheme: 'a b' }, 'scheme: Must be one word such as "Token", or "" for none, but is "a b".'],
  [{ name: '-x' }, 'name: Must be text that does not begin with "-", but is "-x".'],
  [{ name: '' }, 'name: Must be text that does not begin with "-", but is "".'],
  [
    { origins: 'https://a.test' },
    'origins: Must be a list of origins such as "https://api.example.com", but is "https://a.test".',
  ],
  [{ fields: 'data' }, 'fields: Must be an object of dotted paths, but is "data".'],
  [
    { fields: { acessToken: 'x' } },
    'fields.acessToken: This option does not exist. The options are: accessToken, challenge, endsAt, expiresIn, refreshToken, reason, user.',
  ],
  [
    { name: `-${'x'.repeat(100)}` },
    `name: Must be text that does not begin with "-", but is "-${'x'.repeat(58)}….`,
  ],
])('%j is refused with the valid values', (options, message) => {
  expect(messageFor(options)).toBe(message)
})

test('every preset is valid, as are undefined options and everything that the types allow', () => {
  for (const preset of Object.values(presets)) expect(messageFor(preset)).toBeUndefined()
  for (const options of [
    {},
    {
      refresh: undefined,
      csrf: false,
      scheme: '',
      credentials: 'omit',
      fields: {},
      forgetAfter: 0,
      origins: [],
    },
    { csrf: { header: 'X-CSRF', cookie: 'csrf' }, credential: { headers: ['a', 'b'] }, name: 'mine' },
    {
      signIn: { method: 'PUT', path: 'https://a.test/x' },
      refreshToken: { header: 'X' },
      credential: 'cookie',
    },
    {
      signIn: {
        path: '/x',
        body: { a: 'b' },
        encoding: 'form',
        csrf: false,
        credentials: 'omit',
        fields: { user: '' },
      },
      refresh: { path: '/x', endsOn: [401, 404], csrf: { header: 'X', cookie: 'refresh' } },
      refreshToken: { body: 'token' },
    },
  ])
    expect(messageFor(options)).toBeUndefined()
})
