import { expect, test } from 'vitest'
import { createSessionCookie } from '../../../js/server/cookie.js'
import { resolveOptions } from '../../../js/server/options.js'
import { SECRET } from './browser.js'

const options = { api: 'https://api.test', secret: SECRET, signIn: '/login' }
const cookie = createSessionCookie(resolveOptions(options))
const NAME = '__Host-tokencell'

/** The cookies that a browser has after these `Set-Cookie` headers. */
function kept(header: string, setCookies: string[]): string {
  const jar = new Map(header ? header.split('; ').map((pair) => pair.split('=') as [string, string]) : [])
  for (const text of setCookies) {
    const [pair = '', ...attributes] = text.split('; ')
    const [name = '', value = ''] = pair.split('=')
    if (attributes.includes('Max-Age=0')) jar.delete(name)
    else jar.set(name, value)
  }
  return [...jar].map((pair) => pair.join('=')).join('; ')
}

test('a value that is too large for one cookie is split, and no part is left when the value shrinks or is removed', () => {
  let header = 'other=1'
  for (const size of [100, 3800, 3801, 11_400, 5000, 100, 0]) {
    const value = 'x'.repeat(size)
    const setCookies = cookie.write(header, value, 60)
    for (const text of setCookies) expect(text.length).toBeLessThan(4096)
    const asRequest = cookie.replace(header, value)
    header = kept(header, setCookies)
    expect(cookie.read(header), String(size)).toBe(value)
    expect(cookie.read(asRequest), 'within the same request').toBe(value)
    expect(header.split('; ').sort()).toEqual(asRequest.split('; ').sort())
    expect(header).toContain('other=1')
  }
  expect(header).toBe('other=1')
})

test('a value that is too large for three cookies is refused, and the error names `fields.user`', () => {
  expect(() => cookie.write('', 'x'.repeat(11_401), 60)).toThrow(
    expect.objectContaining({ code: 'session-too-large', message: expect.stringContaining('fields.user') }),
  )
})

test('promise 23: cookies are `Secure`, `HttpOnly` and for this host only, except as the options say', () => {
  const attributes = 'Path=/; HttpOnly; Secure; SameSite='
  expect(cookie.write('', 'x', 60)).toEqual([`${NAME}=x; Max-Age=60; ${attributes}Lax`])
  const with_ = (it: object) =>
    createSessionCookie(resolveOptions({ ...options, cookie: it })).write('', 'x', 60)
  expect(with_({ sameSite: 'strict', name: 'app' })).toEqual([
    `__Host-app=x; Max-Age=60; ${attributes}Strict`,
  ])
  expect(with_({ secure: false })).toEqual(['tokencell=x; Max-Age=60; Path=/; HttpOnly; SameSite=Lax'])
})

test('cookies of other programs stay unchanged, well-formed or not', () => {
  const others = 'my pref=1; same=a; same=b; q="a b"; n; é=ü; empty='
  const header = `my pref=1; ${NAME}=old; same=a; ${NAME}.0=old;same=b;  q="a b"; n; é=ü; empty=`
  expect(cookie.replace(header, 'new')).toBe(`${others}; ${NAME}=new`)
  expect(cookie.replace(header, '')).toBe(others)
})
