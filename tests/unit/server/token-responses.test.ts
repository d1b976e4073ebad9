import type { ServerResponse } from 'node:http'
import { expect, test, vi } from 'vitest'
import { recordingApi } from './recording-api.js'

const api = recordingApi()
const JWT = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'

function answerWith(body: string, type = 'application/json', status = 200) {
  api.answer = (_, response) => void response.writeHead(status, { 'content-type': type }).end(body)
}

async function ask(rule: string, options: object = {}, method = 'POST', path = '/api/v1/register') {
  const browser = await api.signedIn([rule], options)
  const response = await browser.fetch(path, { method })
  const text = await response.text()
  return { status: response.status, text, code: response.headers.get('x-tokencell-error') }
}

test.each([
  ['access_token', { access_token: 'other-token' }, {}],
  ['accessToken', { accessToken: 'other-token', user: { id: 1 } }, {}],
  ['refresh_token alone', { refresh_token: 'other-token' }, {}],
  ['id_token', { id_token: 'other-token' }, {}],
  [
    'a path of the options',
    { data: { token: 'other-token' } },
    { exchanges: { otp: { path: '/otp', fields: { accessToken: 'data.token' } } } },
  ],
])(
  'a rule with a wildcard hands out no token of an endpoint that the options do not name: %s',
  async (_, body, options) => {
    for (const type of ['application/json', 'application/json; charset=utf-8', 'application/vnd.api+json']) {
      answerWith(JSON.stringify(body), type)
      for (const [rule, method] of [
        ['/api/v1/**', 'POST'],
        ['/api/*/register', 'PUT'],
        ['/api/v1/**', 'GET'],
      ] as const) {
        const { status, code, text } = await ask(rule, options, method)
        expect([status, code]).toEqual([403, 'endpoint-of-session'])
        expect(text).not.toContain('other-token')
      }
    }
  },
)

test.each([
  ['text/plain', JWT],
  ['application/jwt', JWT],
  ['application/json', JSON.stringify(JWT)],
  ['application/json', `\n ${JSON.stringify(JWT)}\n`],
])('a rule with a wildcard hands out no bare JWT (%s)', async (type, body) => {
  answerWith(body, type)
  expect((await ask('/api/v1/**')).status).toBe(403)
})

test('a token response that is compressed, or arrives in pieces, is refused, too', async () => {
  const { gzipSync } = await import('node:zlib')
  api.answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    response.end(gzipSync('{"access_token":"other-token"}'))
  }
  expect((await ask('/api/v1/**')).status).toBe(403)
  api.answer = async (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    for (const piece of ['  ', '{"access', '_token":"oth', 'er-token"}']) {
      response.write(piece)
      await new Promise(setImmediate)
    }
    response.end()
  }
  expect((await ask('/api/v1/**')).status).toBe(403)
})

test('a rule that names the whole path says that pages may have this token', async () => {
  answerWith('{"access_token":"for-a-map"}')
  expect(await ask('POST /api/v1/register')).toMatchObject({
    status: 200,
    text: '{"access_token":"for-a-map"}',
  })
})

test.each([
  ['an error', '{"access_token":"is required"}', 'application/json', 422],
  ['a list', '[{"access_token":"of a list"}]', 'application/json', 200],
  ['an empty token', '{"access_token":null,"name":"Ada"}', 'application/json', 200],
  ['a member deep inside', '{"settings":{"accessToken":"of a map"}}', 'application/json', 200],
  ['another type', '<p>access_token</p>', 'text/html', 200],
  ['a text', 'eyJust a sentence', 'text/plain', 200],
  ['a long response', JSON.stringify({ text: 'x'.repeat(100_000) }), 'application/json', 200],
  ['malformed JSON', '{"name":', 'application/json', 200],
])('other responses reach the page unchanged: %s', async (_, body, type, status) => {
  answerWith(body, type, status)
  expect(await ask('/api/v1/**')).toMatchObject({ status, text: body })
})

test('an object that the API keeps open reaches the page after 10 s, and goes on', async () => {
  const browser = await api.signedIn(['/api/v1/**'])
  const begun = new Promise<ServerResponse>((resolve) => {
    api.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"progress":1')
      resolve(response)
    }
  })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const answered = browser.fetch('/api/v1/export', { method: 'POST' })
    const api = await begun
    // The server begins to wait when it has the head.
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0))
    await vi.advanceTimersByTimeAsync(10_000)
    const response = await answered
    api.end('}')
    expect([response.status, await response.text()]).toEqual([200, '{"progress":1}'])
  } finally {
    vi.useRealTimers()
  }
})

test('a list that the API writes slowly reaches the page piece by piece', async () => {
  let finish = () => {}
  api.answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('[1')
    finish = () => response.end(',2]')
  }
  const browser = await api.signedIn(['/api/**'])
  const { body } = await browser.fetch('/api/numbers')
  const reader = (body as ReadableStream<Uint8Array<ArrayBuffer>>)
    .pipeThrough(new TextDecoderStream())
    .getReader()
  expect((await reader.read()).value).toBe('[1')
  finish()
  expect((await reader.read()).value).toBe(',2]')
})

const TOKEN = 'secret-token'

test.each([
  ['JSON', 'application/json', 200, JSON.stringify({ headers: { authorization: `Bearer ${TOKEN}` } })],
  ['a key of JSON', 'application/json', 200, JSON.stringify({ [TOKEN]: 1 })],
  ['an error in JSON', 'application/problem+json', 500, JSON.stringify({ request: `Bearer ${TOKEN}` })],
  ['a debug page', 'text/html', 500, `<pre>Authorization: Bearer ${TOKEN}</pre>`],
  ['the text of an error', 'text/plain', 401, `Invalid token ${TOKEN}`],
])('no rule hands out the token of this session if the API echoes it: %s', async (_, type, status, body) => {
  answerWith(body, type, status)
  for (const rule of ['/api/v1/**', 'POST /api/v1/register']) {
    const answer = await ask(rule)
    expect([answer.status, answer.code]).toEqual([403, 'endpoint-of-session'])
    expect(answer.text).not.toContain(TOKEN)
  }
})

test('a token with slashes and signs is found in JSON with escaped slashes, and in a URL', async () => {
  const { hasOneOf } = await import('../../../js/server/token-responses.js')
  const token = '1|abc/def+ghi=='
  for (const text of [`"1|abc\\/def+ghi=="`, `/x?token=${encodeURIComponent(token)}`, `x${token}y`])
    expect(hasOneOf(text, ['other-token', token])).toBe(true)
  expect(hasOneOf('1|abc/def', [token])).toBe(false)
  expect(hasOneOf('the word', ['word'])).toBe(false)
  expect(hasOneOf('word', ['word'])).toBe(true)
})
