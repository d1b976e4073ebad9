import type { IncomingMessage } from 'node:http'
import { expect, test, vi } from 'vitest'
import type { BffAuthOptions } from '../../js/bff/client.js'
import { nativeFetch } from './late-fetch.js'
import { connect, paths, site, useSite } from './page.js'
import { ADA, browse, serve } from './server/browser.js'

useSite()

/** A page of a server whose API sends these answers, by path. */
async function connectTo(
  answers: Record<string, [status: number, body: object, headers?: Record<string, string>]>,
  pageOptions: BffAuthOptions = {},
) {
  const seen: IncomingMessage[] = []
  const { url, options, close } = await serve((request, response) => {
    seen.push(request)
    const [status, body, more] = answers[request.url ?? ''] ?? [404, {}]
    response.writeHead(status, { 'content-type': 'application/json', ...more }).end(JSON.stringify(body))
  })
  const before = site.server
  function closeBoth() {
    close()
    return before.close()
  }
  site.server = { ...before, url, close: closeBoth }
  vi.stubGlobal('fetch', routed(url))
  site.browser = browse({
    ...options,
    refresh: '/refresh',
    user: '/me',
    exchanges: { otp: '/otp' },
    proxy: ['/api/**'],
    logger: false,
  })
  const page = connect(pageOptions)
  page.watch()
  await page.auth.ready
  return { ...page, seen }
}

/** Requests of the server go to this API, and those of pages to the server. */
function routed(url: string) {
  const toServer = globalThis.fetch
  return (input: RequestInfo | URL, init?: RequestInit) =>
    String(input).startsWith(url) ? nativeFetch(input, init) : toServer(input, init)
}

const TOKEN = { access_token: 'a', expires_in: 60 }

test('a pending sign-in changes no session, and the next step begins it', async () => {
  const { auth, statuses, events } = await connectTo({
    '/login': [200, { challenge: 'c-1' }],
    '/otp': [200, TOKEN],
    '/me': [200, { id: 7, name: 'Ada' }],
  })
  expect(await auth.signIn(ADA)).toEqual({ status: 'pending', body: { challenge: 'c-1' } })
  expect(await auth.signIn({ code: '1' }, { by: 'otp', remember: false })).toMatchObject({
    status: 'signed-in',
  })
  expect(statuses).toEqual(['never', 'Ada'])
  expect(events.map(({ type }) => type)).toEqual(['signed-in'])
  expect(paths()).toContain('/api/auth/sign-in?by=otp&remember=false')
  expect(site.browser.maxAge).toBeUndefined()
})

test('a refresh with a body resolves with the new snapshot, and one that is refused leaves the session', async () => {
  const answers: Record<string, [number, object]> = {
    '/login': [200, { ...TOKEN, user: { name: 'Ada' } }],
    '/refresh': [200, { ...TOKEN, user: { name: 'Ada of acme' } }],
  }
  const { auth, statuses } = await connectTo(answers)
  await auth.signIn(ADA)
  expect((await auth.refresh({ tenant: 'acme' })).user?.name).toBe('Ada of acme')
  answers['/refresh'] = [403, { error: 'not_a_member' }]
  await expect(auth.refresh({ tenant: 'foreign' })).rejects.toMatchObject({
    code: 'refused',
    status: 403,
    body: { error: 'not_a_member' },
  })
  expect(statuses).toEqual(['never', 'Ada', 'Ada of acme'])
})

test('without a session a refresh rejects as session-ended', async () => {
  const { auth } = await connectTo({})
  await expect(auth.refresh()).rejects.toMatchObject({ code: 'session-ended' })
  await expect(auth.refresh({ tenant: 'acme' })).rejects.toMatchObject({ code: 'session-ended' })
  expect(await auth.reloadUser()).toMatchObject({ status: 'unauthenticated' })
})

test('a sign-in on a page of the server is found by `restore`', async () => {
  const { auth, statuses } = await connectTo({ '/login': [200, { ...TOKEN, user: { name: 'Ada' } }] })
  await site.browser.signIn()
  expect((await auth.restore()).user?.name).toBe('Ada')
  expect(statuses).toEqual(['never', 'Ada'])
})

test('a ticket is requested from the API through the proxy', async () => {
  const { auth } = await connectTo({
    '/login': [200, { ...TOKEN, user: { name: 'Ada' } }],
    '/api/ticket': [201, { ticket: 't-1' }],
    '/api/none': [403, { error: 'no' }],
    '/api/empty': [200, {}],
  })
  await auth.signIn(ADA)
  expect(await auth.ticket('/api/ticket')).toBe('t-1')
  await expect(auth.ticket('/api/none')).rejects.toMatchObject({ code: 'refused', body: { error: 'no' } })
  await expect(auth.ticket('/api/empty')).rejects.toMatchObject({ code: 'body-malformed' })
})

test.each([401, 403])(
  'a %i that asks for a stronger sign-in is an event, and causes no refresh',
  async (status) => {
    const challenge = 'Bearer error="insufficient_user_authentication", acr_values="mfa", max_age="300"'
    const { auth, events, seen } = await connectTo({
      '/login': [200, { ...TOKEN, user: { name: 'Ada' } }],
      '/api/payments?amount=7': [status, {}, { 'www-authenticate': challenge }],
    })
    await auth.signIn(ADA)
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 5000)
    const response = await auth.fetch('/api/payments?amount=7')
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([status, challenge])
    expect(events).toContainEqual({
      type: 'step-up-required',
      url: expect.stringMatching(/\/api\/payments$/),
      acrValues: 'mfa',
      maxAge: 300,
    })
    expect(seen.map(({ url }) => url)).toEqual(['/login', '/api/payments?amount=7'])
    expect(auth.snapshot.status).toBe('authenticated')
  },
)

test('headers of the app are added to each request, replace none, and bring no credentials', async () => {
  const { auth, seen } = await connectTo(
    { '/login': [200, { ...TOKEN, user: { name: 'Ada' } }], '/api/notes': [200, {}] },
    {
      headers: () => ({
        'Accept-Language': 'de',
        Accept: 'text/plain',
        Authorization: 'Bearer forged',
        Cookie: 'forged=1',
        'Proxy-Authorization': 'forged',
      }),
    },
  )
  await auth.signIn(ADA)
  await auth.fetch('/api/notes', { headers: { Accept: 'application/json' } })
  const { request } = site.asked.at(-1) ?? {}
  const sent = ['accept-language', 'accept', 'authorization', 'cookie', 'proxy-authorization']
  expect(sent.map((name) => request?.headers.get(name))).toEqual(['de', 'application/json', null, null, null])
  expect(seen.at(-1)?.headers).toMatchObject({ 'accept-language': 'de', authorization: 'Bearer a' })
})

test('if the function for the headers of the app throws, the error names the option, and no request is sent', async () => {
  const { auth, seen } = await connectTo(
    { '/login': [200, { ...TOKEN, user: { name: 'Ada' } }], '/api/notes': [200, {}] },
    {
      headers: () => {
        throw new Error('no trace')
      },
    },
  )
  await auth.signIn(ADA)
  await expect(auth.fetch('/api/notes')).rejects.toMatchObject({ code: 'option-invalid', option: 'headers' })
  expect(seen.map(({ url }) => url)).toEqual(['/login'])
})
