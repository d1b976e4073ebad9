import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readForm } from '../../../js/server/index.js'
import { type Browser, browse, ORIGIN, serve } from './browser.js'

let seen: { type: string | undefined; body: string }[]
let status: number
let api: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  api = await serve(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('')
    seen.push({ type: request.headers['content-type'], body })
    response.writeHead(status).end('{"access_token":"secret-token"}')
  })
})
afterAll(() => api.close())
beforeEach(() => {
  seen = []
  status = 200
})

/** The request of a browser that submits a form without a script. */
function submit(browser: Browser, path: string, fields: string, headers: Record<string, string> = {}) {
  const request = new Request(`${ORIGIN}/api/auth${path}`, {
    method: 'POST',
    body: fields,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
      origin: ORIGIN,
      host: new URL(ORIGIN).host,
      cookie: browser.cookieHeader,
      ...headers,
    },
  })
  return browser.bff.handle(request).then((response) => {
    browser.keep(response.headers.getSetCookie())
    return response
  })
}

test('a form can sign in and sign out, and the response redirects to a page of the application', async () => {
  const browser = browse(api.options)
  const fields = 'email=ada%40example.com&password=a+b&redirect=%2Fnotes%3Fa%3D1'
  const response = await submit(browser, '/sign-in', fields)
  expect([response.status, response.headers.get('location')]).toEqual([303, '/notes?a=1'])
  expect(seen).toEqual([{ type: 'application/json', body: '{"email":"ada@example.com","password":"a b"}' }])
  expect((await browser.session()).status).toBe('authenticated')
  const left = await submit(browser, '/sign-out', '')
  expect([left.status, left.headers.get('location')]).toEqual([303, '/'])
  expect((await browser.session()).status).toBe('unauthenticated')
})

test.each(['https://evil.test/', '//evil.test', '/\\\\evil.test', 'javascript:alert(1)', ''])(
  'promise 20: the field `redirect` does not redirect to another place: %s',
  async (to) => {
    const response = await submit(
      browse(api.options),
      '/sign-in',
      `email=a&redirect=${encodeURIComponent(to)}`,
    )
    expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
  },
)

test('a form is accepted by Origin in browsers without Sec-Fetch-Site, and over plain http', async () => {
  const headers = { 'sec-fetch-site': '', origin: ORIGIN }
  expect((await submit(browse(api.options), '/sign-in', 'email=a', headers)).status).toBe(303)
})

test('a form that the API refuses redirects back to its page with an error in the query', async () => {
  status = 401
  const browser = browse(api.options)
  const referer = `${ORIGIN}/sign-in?redirect=%2Fnotes`
  const back = await submit(browser, '/sign-in', 'email=a', { referer })
  expect([back.status, back.headers.get('location')]).toEqual([
    303,
    '/sign-in?redirect=%2Fnotes&error=refused',
  ])
  const elsewhere = await submit(browser, '/sign-in', 'email=a', { referer: 'https://evil.test/sign-in' })
  expect([elsewhere.status, (await elsewhere.json()).error]).toEqual([401, 'refused'])
})

test('an endpoint with the encoding `form` gets a form', async () => {
  const signIn = { path: '/login', encoding: 'form', body: { grant_type: 'password' } } as const
  await submit(browse({ ...api.options, signIn }), '/sign-in', 'username=ada&redirect=%2F')
  expect(seen).toEqual([
    { type: 'application/x-www-form-urlencoded', body: 'grant_type=password&username=ada' },
  ])
})

test('the fields of a form are the credentials, and names with brackets are nested', () => {
  const form = new FormData()
  form.set('user[email]', 'ada')
  form.set('user[password]', 'secret')
  form.set('$ACTION_ID_1', '')
  form.set('__proto__[polluted]', 'yes')
  form.set('file', new File(['a'], 'a'))
  form.set('redirect', '/notes')
  const { body, redirect } = readForm(form)
  expect([body, redirect]).toEqual([
    '{"user":{"email":"ada","password":"secret"},"__proto__":{"polluted":"yes"}}',
    '/notes',
  ])
  expect(({} as { polluted?: string }).polluted).toBeUndefined()
  expect(readForm(form, 'form').body).toContain('"user[email]":"ada"')
})
