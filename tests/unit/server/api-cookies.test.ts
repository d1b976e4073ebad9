/** The cookies that the API has set for a session (`csrf.from`): they go to the API only. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseCookie } from 'cookie'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Browser, browse, pass, serve } from './browser.js'
import { DUE, EXPIRED } from './strict-api.js'

let api: Awaited<ReturnType<typeof serve>>
let storage: Awaited<ReturnType<typeof serve>>
/** The requests that the storage has got, with their headers. */
let received: IncomingMessage[]
let csrf: string
let grants: number
let refused: number
let onNotes: (answer: () => void) => unknown

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  received = []
  csrf = 'csrf-1'
  grants = refused = 0
  onNotes = (answer) => answer()
  storage = await serve((request, response) => {
    received.push(request)
    response.writeHead(200, { 'set-cookie': 'csrf=of-the-storage' }).end('the file')
  })
  api = await serve((request, response) => void answer(request, response))
})
afterEach(() => {
  vi.useRealTimers()
  api.close()
  storage.close()
})

/** An API that accepts each refresh cookie once, and gives the CSRF token with each response. */
function answer({ url = '', headers }: IncomingMessage, response: ServerResponse) {
  const cookies = parseCookie(headers.cookie ?? '')
  if (url === '/login' || url === '/refresh') {
    if (url === '/refresh' && cookies.refresh !== `refresh-${grants}`) {
      refused += 1
      return response.writeHead(401).end()
    }
    grants += 1
    const set = [`refresh=refresh-${grants}; HttpOnly`, `csrf=${csrf}; HttpOnly`, `device=d-1; HttpOnly`]
    response.writeHead(200, { 'set-cookie': set, 'x-csrf-token': csrf })
    return response.end(JSON.stringify({ access_token: `access-${grants}`, expires_in: 3600 }))
  }
  const location = { '/api/file': `${storage.url}/file`, '/api/moved': `${api.url}/api/file` }[url]
  if (location) return response.writeHead(302, { location, 'set-cookie': 'csrf=elsewhere' }).end()
  const finish = () =>
    response
      .writeHead(200, { 'set-cookie': `csrf=${csrf}; HttpOnly`, 'x-csrf-token': csrf })
      .end(JSON.stringify(cookies))
  return onNotes(finish)
}

async function open(more: object = {}) {
  const browser = browse({
    ...api.options,
    refresh: '/refresh',
    csrf: { header: 'X-CSRF-Token', from: { responseHeader: 'X-CSRF-Token' } },
    redirects: [storage.url],
    logger: false,
    ...more,
  })
  await browser.signIn()
  return browser
}

const cookiesOf = async (browser: Browser) => (await browser.fetch('/api/notes')).json()

test('a response has no cookie of the API, neither directly nor with a redirect to another origin', async () => {
  const browser = await open()
  for (const path of ['/api/notes', '/api/file', '/api/moved']) {
    const response = await browser.fetch(path)
    const names = response.headers.getSetCookie().map((cookie) => cookie.split('=')[0])
    expect(
      names.filter((name) => name !== '__Host-tokencell'),
      path,
    ).toEqual([])
    expect([...response.headers.keys()], path).not.toContain('x-csrf-token')
  }
  expect(await cookiesOf(browser), 'the API gets them').toMatchObject({ device: 'd-1', refresh: 'refresh-1' })
  expect(received, 'the browser follows the redirect').toEqual([])
})

test.each(['/api/file', '/api/moved'])(
  'on the server, `fetch(%s)` follows the redirect to another origin, which gets no cookie and no token',
  async (path) => {
    const browser = await open()
    const session = browser.bff.open(browser.cookieHeader, true, browser.request('/'))
    const response = await session.fetch(path, { headers: { accept: 'text/plain', 'x-csrf-token': csrf } })
    expect(await response.text()).toBe('the file')
    const [{ headers } = { headers: {} }] = received
    expect(headers).toMatchObject({ accept: 'text/plain' })
    for (const name of ['authorization', 'cookie', 'x-csrf-token']) expect(headers).not.toHaveProperty(name)
    await session.setCookies()
    expect((await cookiesOf(browser)).csrf, 'a cookie of the storage is not taken').toBe(csrf)
  },
)

test('a request to another origin is refused before it is sent', async () => {
  const browser = await open()
  const session = browser.bff.open(browser.cookieHeader, true, browser.request('/'))
  await expect(session.fetch(`${storage.url}/file`)).rejects.toMatchObject({
    code: 'endpoint-outside-origins',
  })
  expect(received).toEqual([])
})

test('a cookie of a slow response does not bring back the refresh cookie that was replaced meanwhile', async () => {
  const browser = await open()
  csrf = 'csrf-2'
  let finish = () => {}
  const asked = new Promise<void>((resolve) => {
    onNotes = (answer) => {
      finish = answer
      resolve()
    }
  })
  pass(DUE - 110_000)
  const slow = browser.bff.handle(browser.request('/api/notes'))
  await asked
  pass(20_000)
  await browser.session()
  finish()
  browser.keep((await slow).headers.getSetCookie())
  onNotes = (answer) => answer()
  expect(await cookiesOf(browser)).toMatchObject({ csrf: 'csrf-2', refresh: 'refresh-2' })
  pass(EXPIRED)
  expect(await cookiesOf(browser)).toMatchObject({ refresh: 'refresh-3' })
  expect(refused, 'refreshes with a spent cookie').toBe(0)
})
