/** What is read from headers, cookies and tickets. */
import { afterEach, expect, test, vi } from 'vitest'
import { authorization, tokenIn } from '../../js/common/authorization.js'
import { decoded, readCookie } from '../../js/common/cookie.js'
import { readTicket } from '../../js/common/ticket.js'

afterEach(() => vi.unstubAllGlobals())

test('the header has the scheme before the token, or the token alone', () => {
  expect(authorization('Token', 'abc')).toBe('Token abc')
  expect(authorization('', 'abc')).toBe('abc')
})

test.each<[header: string | null, scheme: string, token: string | undefined]>([
  ['Bearer abc', 'Bearer', 'abc'],
  ['bearer   abc', 'Bearer', 'abc'],
  ['  BEARER abc  ', 'Bearer', 'abc'],
  ['abc', 'Bearer', 'abc'],
  ['Token abc', 'Token', 'abc'],
  ['token abc', 'TOKEN', 'abc'],
  ['Bearer abc', 'Token', 'abc'],
  ['abc', '', 'abc'],
  ['Basic abc', 'Bearer', undefined],
  ['XBearer abc', 'Bearer', undefined],
  ['Bearer', 'Bearer', undefined],
  ['Token', 'token', undefined],
  ['Bearer bearer', 'Bearer', undefined],
  ['', 'Bearer', undefined],
  ['   ', 'Bearer', undefined],
  [null, 'Bearer', undefined],
])('in the header %j with the scheme %j, the token is %s', (header, scheme, token) => {
  expect(tokenIn(header, scheme)).toBe(token)
})

test.each([
  ['', null],
  ['csrf=1', '1'],
  ['a=0; csrf=1; b=2', '1'],
  ['a=0; csrf=', ''],
  ['xcsrf=0', null],
  ['csrf=a=b', 'a=b'],
  ['csrf=1; csrf=2', '1'],
  ['a=csrf=1', null],
])('among the cookies `%s`, the value is %j', (cookie, value) => {
  vi.stubGlobal('document', { cookie })
  expect(readCookie('csrf')).toBe(value)
})

test('the value of a cookie is decoded, or stays as it is if that is not possible', () => {
  expect([decoded('a%20b'), decoded('100%')]).toEqual(['a b', '100%'])
})

test.each([
  ['{"ticket":"t-1","more":1}', 't-1'],
  ['"t-1"', 't-1'],
  ['t-1', 't-1'],
])('the ticket in the response %s is read', async (text, ticket) => {
  expect(await readTicket(new Response(text))).toBe(ticket)
})

test.each(['', '{}', '{"ticket":""}', '{"ticket":7}', 'null', '[]', '7'])(
  'a response without a ticket is refused with its status: %s',
  async (text) => {
    await expect(readTicket(new Response(text, { status: 201 }))).rejects.toMatchObject({
      code: 'body-malformed',
      status: 201,
      message: 'The response has no ticket. Send `{ "ticket": "…" }`, or text.',
    })
  },
)

test('a refused ticket rejects with the status and the body, as the page may see them', async () => {
  const refusal = new Response('{"error":"no","token":"secret","ticket":"t"}', { status: 403 })
  const error = await readTicket(refusal, (body, ticket) => ({ ...(body as object), token: ticket })).catch(
    (error) => error,
  )
  expect(error).toMatchObject({
    code: 'refused',
    status: 403,
    body: { error: 'no', token: 't' },
    message: 'The API gives no ticket; see `status` and `body`.',
  })
})
