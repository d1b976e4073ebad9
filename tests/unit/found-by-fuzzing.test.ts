import { expect, test } from 'vitest'
import { contentOf } from '../../js/common/meta.js'
import { readGrant } from '../../js/doctor/grant.js'
import { printable } from '../../js/doctor/printable.js'
import { Secrets } from '../../js/doctor/secret.js'
import { timeOf } from '../../js/server/lifetime.js'

/** Defects that a target of `tests/fuzz` has found. */

const read = (body: string) =>
  readGrant({ status: 200, headers: [], body, isCut: false, at: 0, took: 0 }, new Secrets(), {
    isCookieSession: false,
    tokens: {},
  })

/** In milliseconds of the processor. Quadratic time would be minutes, linear time is some milliseconds. */
const LONGEST = 3000

test.each(['<meta ', '<meta name', '<meta x name='])('1 MB of %j is read in linear time', (part) => {
  const html = part.repeat(1024 * 1024).slice(0, 1024 * 1024)
  const before = process.cpuUsage().user
  expect(contentOf(html, 'csrf')).toBeNull()
  expect(read(html).csrf).toBeUndefined()
  expect((process.cpuUsage().user - before) / 1000).toBeLessThan(LONGEST)
})

test('among unclosed and other elements, the right one is found', () => {
  const html = '<p><meta name="a" content="1"><meta <META content="2&amp;3" name="csrf"><meta name="csrf"'
  expect(contentOf(html, 'csrf')).toBe('2&3')
  expect(read(`<meta content='abcdefgh' name=csrf-token>`).csrf?.place).toEqual({ meta: 'csrf-token' })
})

test.each<{ value: unknown }>([
  { value: { toString: 1, valueOf: 1 } },
  { value: [] },
  { value: {} },
  { value: true },
])('a server reads no time in $value', ({ value }) => {
  expect(timeOf(value)).toBeNull()
})

test.each([{ toString: 1, valueOf: 1 }, [], null, 7])('doctor reads a JWT whose algorithm is %j', (alg) => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const [access] = read(JSON.stringify({ access_token: `${part({ alg })}.${part({ exp: 1 })}.x` })).access
  expect(access?.jwt).toMatchObject({ algorithm: printable(JSON.stringify(alg), 20), exp: 1 })
})
