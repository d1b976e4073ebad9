import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { readAnswer } from '../../../js/doctor/answer.js'
import { readArguments } from '../../../js/doctor/arguments.js'
import { UsageError } from '../../../js/doctor/options.js'
import { Secrets } from '../../../js/doctor/secret.js'
import { target } from '../target.js'

/** Long, so that it is in no other text by chance. */
const TOKEN = 'c2VjcmV0LXRva2VuLW9mLWEtdXNlcg'
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url')

const NAMES = [
  'access_token',
  'refresh_token',
  'token',
  'user',
  'csrf_token',
  'expires_in',
  'key',
  'email',
  'alg',
  'exp',
]
const HOSTILE = ['toString', 'valueOf', '__proto__', 'constructor', 'length', 'a.b', '']
const leaf = fc.oneof(
  fc.constant(TOKEN),
  fc.constant(`Bearer ${TOKEN}`),
  fc.jsonValue({ maxDepth: 1 }),
  fc.tuple(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 2 })).map(([alg, claims]) => {
    return `${base64url({ alg, typ: 'JWT' })}.${base64url(claims)}.${TOKEN}`
  }),
  fc
    .constantFrom('toString', 'valueOf')
    .map((name) => `${base64url({ alg: { [name]: 1 } })}.${base64url({ exp: 1 })}.`),
  fc.constant(`${base64url({ alg: { toString: 1, valueOf: 1 } })}.${base64url({ exp: 1 })}.x`),
)
const member = fc.oneof(fc.constantFrom(...NAMES, ...HOSTILE), fc.string(), fc.constant(TOKEN))
const object = fc.dictionary(member, fc.oneof(leaf, fc.dictionary(member, leaf, { maxKeys: 3 })), {
  maxKeys: 6,
})
const body = fc.oneof(
  object.map((value) => JSON.stringify(value)),
  fc.string(),
  fc
    .array(fc.constantFrom('<meta ', 'name=csrf ', 'content=', '"', '>', TOKEN, ' '), { maxLength: 12 })
    .map((it) => it.join('')),
  fc
    .tuple(fc.constantFrom('<meta ', '<meta name', '[', '{"a":', '<meta x name='), fc.nat(20_000))
    .map(([it, n]) => it.repeat(n)),
)
const HEADERS = [
  'set-cookie',
  'authorization',
  'x-csrf-token',
  'location',
  'date',
  'content-type',
  'retry-after',
  'vary',
]
const VALUES = [
  `Bearer ${TOKEN}`,
  TOKEN,
  `session=${TOKEN}; Path=/; HttpOnly`,
  `${TOKEN}=1`,
  `/a/${TOKEN}?t=${TOKEN}`,
  'text/html',
]
const header = fc.tuple(fc.constantFrom(...HEADERS), fc.oneof(fc.constantFrom(...VALUES), fc.string()))
const FLAGS = [
  'doctor',
  'https://api.test',
  '--email',
  '--password',
  '--field',
  '--grace',
  '--csrf',
  '--me-header',
  '--json',
  '-h',
]
const args = fc.array(fc.oneof(fc.constantFrom(...FLAGS, 'email=a', 'X: y', '--stack=rails'), fc.string()), {
  maxLength: 8,
})

/** Doctor's parsers: no answer of a server makes them throw, and what checks may print has no token. */
export const doctor = target(
  fc.tuple(body, fc.array(header, { maxLength: 6 }), fc.constantFrom(200, 400, 401, 403, 422, 500), args),
  ([body, headers, status, args]) => {
    const secrets = new Secrets()
    // The token is known from an earlier answer.
    secrets.keep(TOKEN)
    const raw = { status, headers, body, isCut: false, at: 0, took: 1 }
    const plan = {
      isCookieSession: false,
      tokens: {},
      cookies: 'include',
      credentials: { email: 'a@b.test' },
    } as const
    const answer = readAnswer(raw, secrets, plan)
    const shown =
      inspect({ ...answer, content: undefined }, { depth: 9 }) +
      JSON.stringify({ ...answer, content: undefined })
    assert.ok(!shown.includes(TOKEN), 'an answer that prints a token')
    for (const name of ['location', 'content-type', 'vary', 'retry-after', 'date']) {
      const value = answer.header(name) ?? ''
      // Only `location` may have text of a user; the other headers have a fixed vocabulary.
      if (name === 'location') assert.ok(!value.includes(TOKEN), 'a header that prints a token')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      assert.ok(!/[\x00-\x1f\x7f]/.test(value), 'a control character for a terminal')
    }

    try {
      readArguments(args)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
    }
  },
)
