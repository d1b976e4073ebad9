import { expect, test } from 'vitest'
import { recordingApi } from './recording-api.js'

const api = recordingApi()

async function headersFor(headers: Record<string, string>, options: object = {}) {
  api.answer = (_, response) =>
    void response.writeHead(200, { 'content-type': 'text/plain', ...headers }).end('x')
  const browser = await api.signedIn(['/api/**'], options)
  const response = await browser.fetch('/api/notes')
  expect(response.status).toBe(200)
  return response.headers
}

test.each([
  // The browser would keep these for the whole application.
  'NEL',
  'Report-To',
  'Reporting-Endpoints',
  'Service-Worker-Allowed',
  'Clear-Site-Data',
  'Strict-Transport-Security',
  'Public-Key-Pins',
  'Public-Key-Pins-Report-Only',
  'Expect-CT',
  'Alt-Svc',
  'Accept-CH',
  'Critical-CH',
  'Origin-Agent-Cluster',
  'Set-Login',
  'Sec-Session-Registration',
  'Secure-Session-Registration',
  'Use-As-Dictionary',
  'Shared-Storage-Write',
  'Attribution-Reporting-Register-Source',
  // These would change what is cached.
  'No-Vary-Search',
  'Vary',
  'Expires',
  // These give credentials.
  'Authorization',
  'X-Authorization',
  'Access-Token',
  'X-Access-Token',
  'Refresh-Token',
  'X-Refresh-Token',
  'X-Auth-Token',
  'X-AuthToken',
  'Auth-Token',
  'authToken',
  'X-Id-Token',
  'X-Session-Token',
  'X-Amz-Security-Token',
  'X-Token',
  'Token',
  'X-JWT',
  'X-Jwt-Authorization',
  'X-Api-Key',
  'Authentication-Info',
  'Set-Cookie',
  'Set-Cookie2',
  'Refresh',
  'Access-Control-Allow-Origin',
  'Proxy-Authenticate',
])('pages do not get the header %s of the API', async (name) => {
  const found = await headersFor({ [name]: 'value-of-the-api' })
  expect([...found].filter(([, value]) => value.includes('value-of-the-api'))).toEqual([])
})

test.each([
  ['X-Renewed', { renewHeader: 'X-Renewed' }],
  ['X-Mine', { refreshToken: { header: 'x-mine' } }],
  ['X-Form', { csrf: { header: 'X-Form', from: { responseHeader: 'X-Form' } } }],
])('pages do not get a header that the options name as a credential: %s', async (name, options) => {
  expect((await headersFor({ [name]: 'of-the-options' })).get(name)).toBe('of-the-options')
  expect((await headersFor({ [name]: 'of-the-options' }, options)).get(name)).toBeNull()
})

test('pages do not get a header that contains the token of their session, under any name', async () => {
  const found = await headersFor({
    'x-debug': 'Bearer secret-token',
    link: '</api/x?t=secret-token>',
    'x-other': 'secret',
  })
  expect(found.get('x-other')).toBe('secret')
  expect([...found].filter(([, value]) => value.includes('secret-token'))).toEqual([])
})

test.each([
  'Content-Security-Policy',
  'Content-Disposition',
  'Cross-Origin-Resource-Policy',
  'Deprecation',
  'ETag',
  'Last-Modified',
  'RateLimit-Remaining',
  'Retry-After',
  'Server-Timing',
  'Sunset',
  'WWW-Authenticate',
  'X-Continuation-Token',
  'X-Next-Page-Token',
  'X-Request-Id',
  'X-Total-Count',
])('pages get the header %s, which concerns this response only', async (name) => {
  expect((await headersFor({ [name]: 'value' })).get(name)).toBe('value')
})
