import assert from 'node:assert/strict'
import fc from 'fast-check'
import { CookieJar } from 'tough-cookie'
import { decoded, readCookie } from '../../../js/common/cookie.js'
import { changesOf, keepCookies, setCookieHeader, withChanges } from '../../../js/server/api-cookies.js'
import { createSessionCookie } from '../../../js/server/cookie.js'
import type { Bff } from '../../../js/server/options.js'
import { target, typed } from '../target.js'

const session = createSessionCookie({
  cookie: { name: '__Host-session', sameSite: 'lax', secure: true, limit: 16_000 },
} as Bff)

const token = fc.string({ unit: fc.constantFrom(...'abz019-_.'), maxLength: 12 })
const odd = fc.oneof(fc.string({ unit: fc.constantFrom(...'ab=; ,"%\\\t'), maxLength: 12 }), fc.string())
const NAMES = [
  'a',
  '__proto__',
  'constructor',
  'toString',
  '__Host-session',
  '__Host-session.0',
  '__Host-session.9',
  ' a',
]
const pair = fc
  .tuple(fc.oneof(fc.constantFrom(...NAMES), token), fc.oneof(token, odd))
  .map((parts) => parts.join('='))
const ATTRIBUTES = [
  'Path=/',
  'Secure',
  'HttpOnly',
  'SameSite=None',
  'Max-Age=0',
  'Max-Age=60',
  'Max-Age=x',
  'Max-Age=-1',
  'x',
]
const setCookie = fc
  .tuple(pair, fc.array(fc.oneof(fc.constantFrom(...ATTRIBUTES), odd), { maxLength: 3 }))
  .map(([first, rest]) => [first, ...rest].join('; '))
const value = fc.oneof(
  token,
  fc.tuple(token, fc.nat(12_000)).map(([text, times]) => (text || 'x').repeat(times).slice(0, 40_000)),
)

/** What a header can hold. `Headers` refuses all other text, so no API can send it. */
const sendable = (text: string) => /^[\t\x20-\x7e]*$/.test(text)

/** Cookies of the session and of the API: what is written is read again, and no text of one cookie becomes another. */
export const cookies = target(
  fc.tuple(fc.array(pair, { maxLength: 6 }), value, fc.array(setCookie, { maxLength: 4 })),
  async ([had, value, set]) => {
    const before = had.join('; ')
    session.read(before)
    const written = typed(() => session.write(before, value, 60))
    const replaced = typed(() => session.replace(before, value))
    if (written && replaced !== undefined) {
      assert.equal(session.read(replaced), value, 'the value in a Cookie header')
      // A browser applies the headers to what it had.
      const jar = new CookieJar()
      const url = 'https://here.test/'
      for (const old of had)
        await jar.setCookie(`${old}; Path=/; Secure`, url, { ignoreError: true, loose: true })
      for (const header of written) {
        assert.match(header, /; Path=\/.*; HttpOnly; Secure/)
        await jar.setCookie(header, url)
      }
      const kept = (await jar.getCookies(url)).filter(({ key }) => key.startsWith('__Host-session'))
      assert.equal(
        session.read(kept.map(({ key, value }) => `${key}=${value}`).join('; ')),
        value,
        'after Set-Cookie',
      )
    }

    const headers = new Headers()
    for (const text of set.filter(sendable)) headers.append('set-cookie', text)
    const first: Record<string, string> = { kept: '1' }
    const after = keepCookies(first, headers)
    assert.deepEqual(first, { kept: '1' })
    assert.equal(Object.getPrototypeOf(after), Object.prototype, 'a cookie changes a prototype')
    assert.deepEqual(withChanges(first, changesOf(first, after)), { ...after })
    const sent = new Headers()
    setCookieHeader(sent, after)
    for (const text of Object.values(after)) assert.ok(!/[;\r\n]/.test(text), 'one cookie becomes two')

    const document = { cookie: before }
    Object.assign(globalThis, { document })
    const found = readCookie('a')
    assert.ok(found === null || !found.includes(';'))
    decoded(found ?? '')
  },
)
