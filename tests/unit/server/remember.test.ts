import { afterEach, expect, test, vi } from 'vitest'
import type { BffOptions } from '../../../js/server/index.js'
import { Browser, browse, fakeTime, ORIGIN, pass, serve } from './browser.js'

const closing: (() => void)[] = []
afterEach(() => {
  vi.useRealTimers()
  for (const close of closing.splice(0)) close()
})

async function open(grant: object = {}, more: Partial<BffOptions> = {}) {
  const { options, close } = await serve((request, response) => {
    const isPending = request.url === '/login' && 'pending' in grant
    const body = isPending ? { mfa: true } : { access_token: 'a', expires_in: 60, ...grant }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  closing.push(close)
  return browse({ ...options, refresh: '/refresh', exchanges: { otp: '/otp' }, ...more })
}

const headersOf = async (browser: Browser, path: string) => {
  const response = await browser.fetch(path, { method: 'POST', body: '{}' })
  return response.headers.getSetCookie().map((header) => header.replace(/=[\w.-]+;/, '=…;'))
}

test('with `remember: false` the cookie ends with the browser, also after refreshes', async () => {
  fakeTime()
  const browser = await open()
  const temporary = ['__Host-tokencell=…; Path=/; HttpOnly; Secure; SameSite=Lax']
  expect(await headersOf(browser, '/api/auth/sign-in?remember=false')).toEqual(temporary)
  pass(50_000)
  expect(await headersOf(browser, '/api/auth/refresh')).toEqual(temporary)
})

test('the next sign-in decides again', async () => {
  const browser = await open()
  await headersOf(browser, '/api/auth/sign-in?remember=false')
  const [lasting] = await headersOf(browser, '/api/auth/sign-in')
  expect(lasting).toContain('Max-Age=2592000')
  expect(await headersOf(browser, '/api/auth/sign-in?by=otp&remember=false')).toEqual([
    '__Host-tokencell=…; Path=/; HttpOnly; Secure; SameSite=Lax',
  ])
})

test('a form names its exchange in its action, and a pending one leads back to its page', async () => {
  const browser = await open({ pending: true })
  const form = (path: string) =>
    browser.fetch(path, {
      method: 'POST',
      body: 'code=1&redirect=%2Fnotes',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: ORIGIN,
        referer: `${ORIGIN}/sign-in`,
      },
    })
  const asForm = new Browser(browser.bff)
  Object.assign(browser.headers, { 'x-requested-with': '' })
  browser.request = (path, init = {}) => {
    const request = asForm.request(path, init)
    request.headers.delete('x-requested-with')
    return request
  }
  expect((await form('/api/auth/sign-in')).headers.get('location')).toBe('/sign-in?pending=')
  const signedIn = await form('/api/auth/sign-in?by=otp&remember=false')
  expect(signedIn.headers.get('location')).toBe('/notes')
  expect(signedIn.headers.getSetCookie()[0]).not.toContain('Max-Age')
})

test.each([
  ['seconds from now', 3600, 3600_000],
  ['seconds from now as text', '3600', 3600_000],
  ['a Unix time in seconds', 2_000_000_000, undefined, 2_000_000_000_000],
  ['a Unix time in milliseconds', 2_000_000_000_123, undefined, 2_000_000_000_123],
  ['a date', '2040-01-02T03:04:05Z', undefined, Date.UTC(2040, 0, 2, 3, 4, 5)],
  ['text that is no time', 'soon', undefined, null],
  ['an object', {}, undefined, null],
  ['nothing', undefined, undefined, null],
])('the end of a session may be %s', async (_, given, after, at = null) => {
  fakeTime()
  const browser = await open({ session: { ends_at: given } }, { fields: { endsAt: 'session.ends_at' } })
  await browser.signIn()
  const { endsAt } = await browser.session()
  expect(endsAt).toBe(after === undefined ? at : Date.now() + after)
})

test('the end of a session stays when a refresh does not repeat it', async () => {
  fakeTime()
  const grant: { ends_at?: number } = { ends_at: 2_000_000_000 }
  const browser = await open(grant, { fields: { endsAt: 'ends_at' } })
  await browser.signIn()
  delete grant.ends_at
  pass(50_000)
  expect(await browser.session()).toMatchObject({ endsAt: 2_000_000_000_000 })
})
