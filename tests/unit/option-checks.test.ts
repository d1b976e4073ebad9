import { expect, test } from 'vitest'
import { AuthError } from '../../js/errors.js'
import { checkOptions, KINDS } from '../../js/option-checks.js'
import { presets } from '../../js/presets.js'

/** What is said of these options; nothing if they are right. */
function messageFor(options: object): string | undefined {
  try {
    checkOptions(options, KINDS)
  } catch (error) {
    expect(error).toBeInstanceOf(AuthError)
    expect(error).toMatchObject({ code: 'option-invalid', option: expect.any(String) })
    return (error as Error).message
  }
}

const ENDPOINT = '"/path", or { method, path } with a method of HTTP'
const CSRF = 'false, { header, value } or { header, cookie }, each of them text that a header can hold'

test.each<[object, string]>([
  [{ singIn: '/x' }, `singIn: There is no such option. Those are: ${Object.keys(KINDS).join(', ')}.`],
  [
    { forgetAfter: Number.POSITIVE_INFINITY },
    'forgetAfter: Must be a number of seconds, 0 or more, and is Infinity.',
  ],
  [{ forgetAfter: -1 }, 'forgetAfter: Must be a number of seconds, 0 or more, and is -1.'],
  [{ forgetAfter: '60' }, 'forgetAfter: Must be a number of seconds, 0 or more, and is "60".'],
  [{ csrf: true }, `csrf: Must be ${CSRF}, and is true.`],
  [{ csrf: { header: 'X Y', value: 'a' } }, `csrf: Must be ${CSRF}, and is {"header":"X Y","value":"a"}.`],
  [{ csrf: { header: 'X', value: 'ł' } }, `csrf: Must be ${CSRF}, and is {"header":"X","value":"ł"}.`],
  [{ csrf: { header: 'X' } }, `csrf: Must be ${CSRF}, and is {"header":"X"}.`],
  [
    { csrf: { header: 'X', value: 'a', cookie: 'b' } },
    `csrf: Must be ${CSRF}, and is {"header":"X","value":"a","cookie":"b"}.`,
  ],
  [
    { signIn: { method: 'GET', path: '/x' } },
    `signIn: Must be ${ENDPOINT} other than GET, and is {"method":"GET","path":"/x"}.`,
  ],
  [{ signIn: '' }, `signIn: Must be ${ENDPOINT} other than GET, and is "".`],
  [{ signIn: null }, `signIn: Must be ${ENDPOINT} other than GET, and is null.`],
  [
    { refresh: { method: 'a b', path: '/x' } },
    `refresh: Must be ${ENDPOINT}, and is {"method":"a b","path":"/x"}.`,
  ],
  [
    { refresh: { method: 'TRACE', path: '/x' } },
    `refresh: Must be ${ENDPOINT}, and is {"method":"TRACE","path":"/x"}.`,
  ],
  [{ signOut: { url: '/x' } }, `signOut: Must be ${ENDPOINT}, and is {"url":"/x"}.`],
  [
    { refreshToken: { headers: ['X'] } },
    'refreshToken: Must be "body", "cookie", or { header } with the name of a header, and is {"headers":["X"]}.',
  ],
  [
    { refreshToken: null },
    'refreshToken: Must be "body", "cookie", or { header } with the name of a header, and is null.',
  ],
  [
    { credential: { headers: [] } },
    'credential: Must be "bearer", "cookie", or { headers } with the names of headers, and is {"headers":[]}.',
  ],
  [{ credentials: 'same-origin' }, 'credentials: Must be "include" or "omit", and is "same-origin".'],
  [{ scheme: 'a b' }, 'scheme: Must be one word such as "Token", or "" for none, and is "a b".'],
  [{ name: '-x' }, 'name: Must be text that does not begin with "-", and is "-x".'],
  [{ name: '' }, 'name: Must be text that does not begin with "-", and is "".'],
  [
    { origins: 'https://a.test' },
    'origins: Must be a list of origins such as "https://api.example.com", and is "https://a.test".',
  ],
  [
    { fields: { acessToken: 'x' } },
    'fields: Must be an object with dotted paths as accessToken, expiresIn, refreshToken, reason or user, and is {"acessToken":"x"}.',
  ],
  [
    { name: `-${'x'.repeat(100)}` },
    `name: Must be text that does not begin with "-", and is "-${'x'.repeat(58)}….`,
  ],
])('%j is refused with what would do', (options, message) => {
  expect(messageFor(options)).toBe(message)
})

test('every preset is right, and so are an option that is undefined and all that the types allow', () => {
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
  ])
    expect(messageFor(options)).toBeUndefined()
})
