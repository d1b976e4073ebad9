import assert from 'node:assert/strict'
import fc from 'fast-check'
import { readGrant, visible } from '../../../js/server/grant.js'
import { readClaims } from '../../../js/server/jwt.js'
import { resolveOptions } from '../../../js/server/options.js'
import { target, typed } from '../target.js'

const bff = resolveOptions({
  api: 'https://api.test',
  secret: 'Vq7zN2kLr9dXw4bTgY6mHc1sPj8fE3aU',
  refreshToken: 'body',
  signIn: '/in',
  refresh: '/re',
} as never)
const fields = { ...bff.signIn.fields, endsAt: 'ends_at' }

const base64url = (text: string) => Buffer.from(text).toString('base64url')
const time = fc.oneof(
  fc.double(),
  fc.nat(),
  fc.nat().map(String),
  fc.constantFrom(-0, 1e300, 253_402_300_800),
  fc.jsonValue({ maxDepth: 1 }),
)
const claims = fc.oneof(
  fc
    .record({ exp: time, iat: time, sub: fc.jsonValue({ maxDepth: 1 }) }, { requiredKeys: [] })
    .map((it) => JSON.stringify(it)),
  fc
    .tuple(fc.constantFrom('[', '{"a":', '"', '\\"', '"\\', ']', '}'), fc.nat(4000))
    .map(([part, times]) => part.repeat(times)),
  fc.string({ unit: 'binary' }),
)
const jwt = fc
  .tuple(
    fc.constantFrom('eyJ', 'eyJhbGciOiJub25lIn0', 'x', ''),
    claims,
    fc.constantFrom('', '=', '==', '.x', ' '),
  )
  .map(([header, payload, end]) => `${header}.${base64url(payload)}${end}.signature-of-the-token`)
const token = fc.oneof(
  jwt,
  fc.constantFrom('opaque-token-1234', '1|abcdefghijkl', ''),
  fc.string(),
  fc.jsonValue({ maxDepth: 2 }),
)
const NAMES = [
  'access_token',
  'accessToken',
  'refresh_token',
  'expires_in',
  'user',
  'ends_at',
  'toString',
  'valueOf',
  'a',
]
const body = fc.oneof(
  fc
    .tuple(fc.dictionary(fc.constantFrom(...NAMES), fc.oneof(token, time), { maxKeys: 6 }), token, token)
    .map(([rest, access, refresh]) => ({ ...rest, access_token: access, refresh_token: refresh })),
  fc.jsonValue(),
)
const header = fc.option(
  fc.tuple(
    fc.constantFrom('Bearer ', 'bearer  ', 'Basic ', ''),
    fc.oneof(jwt, fc.constant('opaque-token-1234')),
  ),
)

/** Token responses on a server: typed errors only, lifetimes within their bounds, and no token in what a page gets. */
export const grants = target(
  fc.tuple(body, header, fc.oneof(jwt, fc.string()), fc.boolean()),
  ([body, inHeader, text, isEcho]) => {
    const headers = new Headers({ date: 'Sat, 28 Nov 2026 05:00:00 GMT' })
    if (inHeader) headers.set('authorization', inHeader.join(''))
    typed(() => readClaims(text))
    const response: unknown = structuredClone(body)
    const access = (response as { access_token?: unknown } | null)?.access_token
    // An API that repeats the token elsewhere.
    if (isEcho && typeof access === 'string')
      Object.assign(response as object, { user: { a: `x ${access}`, [access]: 1 } })
    const granted = typed(() => readGrant(headers, response, fields, bff))
    const shown = JSON.stringify(visible({ headers, body: response }, bff)) ?? ''
    if (!granted) return
    assert.ok(/^[!-~]+$/.test(granted.access), 'a token that no header can hold')
    const { lifetime, endsAt } = granted
    assert.ok(
      lifetime === null || (lifetime >= 0.001 && lifetime <= 315_360_000),
      `a lifetime of ${lifetime}`,
    )
    assert.ok(endsAt === null || Number.isFinite(endsAt))
    for (const secret of [granted.access, granted.refresh ?? ''])
      if (secret.length >= 8) {
        assert.ok(
          !JSON.stringify(granted.user ?? null).includes(JSON.stringify(secret).slice(1, -1)),
          'a token in the user',
        )
        assert.ok(!shown.includes(JSON.stringify(secret).slice(1, -1)), 'a token in what a page gets')
      }
  },
)
