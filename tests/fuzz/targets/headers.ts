import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import fc from 'fast-check'
import { addAppHeaders } from '../../../js/common/app-headers.js'
import { authorization, tokenIn } from '../../../js/common/authorization.js'
import { createAnswers } from '../../../js/server/answer.js'
import { visitorHeaders } from '../../../js/server/visitor.js'
import { target, typed } from '../target.js'

const API = 'https://api.test'
const answer = createAnswers({
  api: API,
  redirects: [],
  renewHeader: 'x-renewed',
  refreshToken: undefined,
  csrfSource: undefined,
} as never)

const visible = fc.string({ unit: fc.constantFrom(...'aB1:.-_~|/+=,;[]%'), minLength: 1 })
const ADDRESSES = [
  '10.0.0.1',
  '::1',
  '[::1]:80',
  '1.2.3.4:99',
  '::ffff:1.2.3.4',
  '1.2.3',
  '0x7f.1',
  'fe80::1%eth0',
  '1.2.3.4.5',
]
const address = fc.oneof(fc.constantFrom(...ADDRESSES), fc.ipV4(), fc.ipV6(), fc.string(), visible)
const LINKS = [
  '/a',
  '//evil.test/x',
  'https://evil.test/',
  '\\\\evil.test',
  '/\\evil.test',
  '/..//evil.test',
  'https:x',
  '',
]
const location = fc.oneof(
  fc.constantFrom(...LINKS),
  fc.webUrl(),
  visible,
  fc.string().map((text) => `/${text}`),
)
const NAMES = [
  'authorization',
  'set-cookie',
  'x-renewed',
  'cache-control',
  'cdn-cache-control',
  'x-a',
  'connection',
  'age',
]
const others = fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), visible), fc.oneof(visible, fc.string()), {
  maxKeys: 5,
})

const entries = (all: Record<string, string>) => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(all))
    try {
      headers.append(name, value)
    } catch {
      // `fetch` returns no such header.
    }
  return headers
}

/** Headers: of the app, of the visitor for the API, and of the API for pages. */
export const headers = target(
  fc.tuple(
    others,
    fc.tuple(visible, fc.constantFrom('Bearer', 'JWT', 'Token', '')),
    address,
    fc.nat(3),
    location,
    fc.boolean(),
  ),
  ([given, [token, scheme], address, proxies, location, isRedirect]) => {
    const all = new Headers({ 'x-a': 'ours' })
    typed(() => addAppHeaders(all, () => given))
    assert.equal(all.get('x-a'), 'ours', 'a header of the request is replaced')
    assert.equal(all.get('authorization'), null, 'the app sets a token')

    const isName = ['bearer', scheme.toLowerCase()].includes(token.toLowerCase())
    if (!isName) assert.equal(tokenIn(authorization(scheme, token), scheme), token)

    const forwarded = entries({ 'x-forwarded-for': `9.9.9.9, ${address}` })
    const sent = visitorHeaders({ headers: forwarded, address }, proxies)
    const ip = sent['x-forwarded-for']
    if (ip !== undefined) assert.ok(isIP(ip) > 0 || URL.canParse(`http://${ip}`), `${ip} is not an address`)
    if (ip !== undefined) assert.match(ip, /^[\da-f:.]+$/i, 'more than an address is sent to the API')

    const headers = entries({
      ...given,
      location,
      link: `<${location}>; rel=next`,
      'content-location': location,
    })
    const status = isRedirect ? 302 : 201
    const response = new Response(null, { status, headers })
    const answered = typed(() => answer(response, []))
    if (!answered) return
    for (const name of [
      'authorization',
      'set-cookie',
      'x-renewed',
      'cache-control',
      'cdn-cache-control',
      'connection',
      'age',
    ])
      assert.equal(answered.headers.get(name), null, `a page gets ${name}`)
    for (const name of ['location', 'content-location']) {
      const to = answered.headers.get(name)
      if (to !== null)
        assert.equal(new URL(to, 'https://app.test/x').origin, 'https://app.test', `${name} leads elsewhere`)
    }
  },
)
