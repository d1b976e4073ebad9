import assert from 'node:assert/strict'
import fc from 'fast-check'
import { contentOf } from '../../../js/common/meta.js'
import { checkCsrf, isOwnOrigin } from '../../../js/server/csrf.js'
import { createCsrfTokens } from '../../../js/server/csrf-source.js'
import type { Bff } from '../../../js/server/options.js'
import { target, typed } from '../target.js'

const HOSTS = [
  'app.test',
  'evil.test',
  'app.test:443',
  'app.test:80',
  'app.test.evil.test',
  'app.test@evil.test',
  '[::1]',
]
const host = fc.oneof(
  fc.constantFrom(
    ...HOSTS,
    'evil.test, app.test',
    'app.test/evil.test',
    'app.test\\evil.test',
    '',
    ':',
    'APP.test',
  ),
  fc.string({ unit: fc.constantFrom(...'apt.:/@\\,[]#? '), maxLength: 12 }),
)
const origin = fc.oneof(
  fc
    .tuple(fc.constantFrom('https://', 'http://', 'ftp://', ''), fc.constantFrom(...HOSTS))
    .map((parts) => parts.join('')),
  fc.constantFrom('null', 'about:blank', 'https://app.test/', 'file://'),
  host,
)
const html = fc.oneof(
  fc.string(),
  fc
    .array(
      fc.constantFrom(
        '<meta',
        ' name=',
        ' content=',
        '"csrf"',
        "'csrf'",
        'csrf',
        '>',
        '<',
        '&amp;',
        '"',
        ' ',
        'x',
      ),
      {
        maxLength: 20,
      },
    )
    .map((parts) => parts.join('')),
  // Long texts, because a pattern may need quadratic time for them.
  fc
    .tuple(fc.constantFrom('<meta ', '<meta', ' name=', '<meta name', '<meta x="', ' '), fc.nat(40_000))
    .map(([part, times]) => part.repeat(times)),
)
const tokens = createCsrfTokens({ header: 'X-CSRF-Token', from: { field: 'a.csrf' }, url: undefined })
const site = fc.constantFrom(null, 'same-origin', 'same-site', 'cross-site', 'none', 'x')

/** CSRF: no page of another host is taken for ours, and reading a token from a response neither throws nor hangs. */
export const csrf = target(
  fc.tuple(
    fc.tuple(origin, host, fc.option(host), fc.option(fc.constantFrom('443', '80', 'x'))),
    site,
    html,
    fc.jsonValue(),
  ),
  ([[from, at, forwarded, port], site, html, body]) => {
    const headers = new Headers({ origin: from.trim(), host: at, 'x-requested-with': 'x' })
    if (forwarded !== null) headers.set('x-forwarded-host', forwarded)
    if (port !== null) headers.set('x-forwarded-port', port)
    const request = { headers, url: 'https://app.test/api/auth', method: 'POST' } as Request
    // Browsers send `null` or an origin with a host.
    if (
      /^https?:\/\//.test(from) &&
      isOwnOrigin(request, from, { origins: [], cookie: { secure: false } as never })
    ) {
      const asked = new URL(from)
      const names = [at, forwarded ?? ''].flatMap((list) => list.split(',')).map((name) => name.trim())
      const hosts = names.flatMap((name) => [name, `${name}:${port}`])
      const read = hosts.flatMap((name) => {
        const url = `${asked.protocol}//${name}`
        return URL.canParse(url) ? [new URL(url).host] : []
      })
      assert.ok(asked.host !== '' && read.includes(asked.host), `${from} is taken for ${hosts.join()}`)
    }
    if (site !== null) headers.set('sec-fetch-site', site)
    const proof = typed(() =>
      checkCsrf(request, { origins: [] as string[], cookie: {} } as unknown as Bff, false),
    )
    assert.ok(
      proof === undefined || site === null || site === 'same-origin',
      'a browser says that it is foreign',
    )

    const content = contentOf(html, 'csrf')
    assert.ok(content === null || html.includes('csrf'))
    const state = { csrfToken: undefined, upstreamCookies: {} }
    const { csrfToken } = tokens.after(state, new Headers(), body)
    assert.ok(csrfToken === undefined || (csrfToken !== '' && csrfToken.length <= 1024))
  },
)
