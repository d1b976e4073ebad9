import { readFileSync } from 'node:fs'
import path from 'node:path'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { checks } from '../../js/doctor/checks/index.js'
import { readContent } from '../../js/doctor/content.js'
import { covers, pathOf, readCookie, type SetCookie } from '../../js/doctor/cookies.js'
import { fixOf } from '../../js/doctor/fixes/index.js'
import { duration } from '../../js/doctor/printable.js'
import { body, form } from '../../js/doctor/probe/limit.js'
import { Secrets } from '../../js/doctor/secret.js'
import { STACKS } from '../../js/doctor/stack.js'
import { isHere, isPublicSuffix, lookalikes, topology } from '../../js/doctor/topology.js'

test.each([
  ['https://app.example.com', 'https://app.example.com', 'same-origin'],
  ['https://app.example.com', 'https://api.example.com', 'same-site'],
  ['https://example.com:8443', 'https://api.example.com', 'same-site'],
  ['http://app.example.com', 'https://api.example.com', 'cross-site'],
  ['https://app.example.co.uk', 'https://api.example.co.uk', 'same-site'],
  ['https://one.co.uk', 'https://two.co.uk', 'cross-site'],
  ['https://one.vercel.app', 'https://two.vercel.app', 'cross-site'],
  ['https://app.one.vercel.app', 'https://one.vercel.app', 'same-site'],
  ['https://one.cloudfront.net', 'https://two.cloudfront.net', 'cross-site'],
  ['https://one.azurestaticapps.net', 'https://two.azurestaticapps.net', 'cross-site'],
  ['https://app.example.com.tr', 'https://api.example.com.tr', 'same-site'],
  ['http://app.foo.localhost:1', 'http://api.foo.localhost:2', 'same-site'],
  ['http://localhost:1', 'http://localhost:2', 'same-site'],
  ['http://localhost:1', 'http://127.0.0.1:1', 'cross-site'],
  ['http://127.0.0.1:1', 'http://127.0.0.2:1', 'cross-site'],
])('%s and %s are %s', (page, api, expected) => {
  expect(topology(page, api)).toBe(expected)
})

test('lookalike origins are valid and differ from the origin', () => {
  expect(lookalikes('https://app.example.com')).toEqual([
    'https://app.example.com.tokencell.invalid',
    'https://app.doctorexample.com',
  ])
  expect(lookalikes('http://localhost:5173')).toEqual([
    'http://localhost:51730',
    'http://doctorlocalhost:5173',
  ])
  for (const page of ['https://app.example.com:8443', 'http://127.0.0.1:9000', 'http://[::1]:3000'])
    for (const origin of lookalikes(page))
      expect([URL.canParse(origin), origin]).toEqual([true, expect.not.stringMatching(`^${page}$`)])
})

test('public suffixes are recognised, because browsers reject cookies for them', () => {
  expect(['co.uk', 'cloudfront.net', 'github.io'].map(isPublicSuffix)).not.toContain(false)
  expect(['example.co.uk', 'localhost', '127.0.0.1'].map(isPublicSuffix)).not.toContain(true)
})

test('URLs of this machine are recognised', () => {
  const here = (url: string) => isHere(new URL(url))
  expect(
    ['http://localhost', 'http://a.localhost', 'http://127.9.9.9', 'http://[::1]'].map(here),
  ).not.toContain(false)
  expect(['http://localhost.com', 'http://127.0.0.1.nip.io', 'http://10.0.0.1'].map(here)).not.toContain(true)
})

test('cookies are parsed as in browsers', () => {
  const read = (text: string) => readCookie(text, Date.parse('2030-01-01'), new Secrets()) as SetCookie
  expect(read('a=1; Expires=Wed, 02 Jan 2030 00:00:00 GMT').lifetime).toBe(86_400)
  expect(read('a=1; Max-Age=5; Expires=Wed, 02 Jan 2030 00:00:00 GMT').lifetime).toBe(5)
  expect(read('a=; Max-Age=5').isGone).toBe(true)
  expect(read('a=1; Max-Age=0').isGone).toBe(true)
  expect(read('a=1; SameSite=Odd; HttpOnly').sameSite).toBeUndefined()
  expect(pathOf(read('a=1'), '/api/v1/login')).toBe('/api/v1')
  expect(pathOf(read('a=1; Path=odd'), '/login')).toBe('/')
  expect([covers('/api', '/api/v1'), covers('/api', '/apis'), covers('/', '/x')]).toEqual([true, false, true])
})

test('credentials are sent in the fields of the API', () => {
  const plan = { fields: { email: 'user[email]', password: 'user[password]' } } as Parameters<typeof body>[0]
  expect(JSON.stringify(body(plan, 'a', 'b'))).toBe('{"user":{"email":"a","password":"b"}}')
  expect([...form(plan, 'a', 'b').keys()]).toEqual(['user[email]', 'user[password]'])
})

test('a secret is never printed, in any format', () => {
  const secrets = new Secrets()
  const secret = secrets.keep('correct horse')
  expect([`${secret}`, JSON.stringify({ secret }), inspect({ secret })].join()).not.toContain('horse')
  expect(Object.keys(secret)).toEqual([])
  expect(secrets.scrub('/a/correct%20horse/b correct horse')).toBe('/a/[redacted]/b [redacted]')
})

test('a common name is not redacted, even if it is a password', () => {
  const secrets = new Secrets()
  for (const password of ['refresh_token', 'sessionid', 'hunter22x', '12345678']) secrets.keep(password)
  const scrubbed = (name: string) => secrets.scrubName(name)
  expect(['data.refresh_token', 'sessionid'].map(scrubbed)).toEqual(['data.refresh_token', 'sessionid'])
  expect(['hunter22x', '12345678', 'token.12345678', 'token 12345678'].map(scrubbed)).toEqual([
    ...['[redacted]', '[redacted]', 'token.[redacted]', 'token [redacted]'],
  ])
})

test('durations are readable', () => {
  expect([0.25, 59, 90, 900, 5400, 7200, 86_400, 2_592_000].map(duration)).toEqual([
    ...['0.3 s', '59 s', '90 s', '15 min', '90 min', '2 h', '24 h', '30 days'],
  ])
})

test('every check has a unique id, a reason, and a fix for every stack', () => {
  const ids = checks.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { id, title, reason, fix } of checks) {
    expect(id).toMatch(/^[a-z-]+\.[a-z-]+$/)
    const texts = [title, reason, ...Object.values(fixOf(fix, 'https://www.example.com'))]
    expect(texts).toHaveLength(2 + STACKS.length)
    for (const text of texts) expect(text.length).toBeGreaterThan(8)
    expect(texts.join()).not.toContain('https://app.example.com')
  }
})

test.each([
  ['', 'nothing'],
  ['null', 'nothing'],
  ['{"user":null,"session":{}}', 'nothing'],
  ['{"isAuthenticated":false}', 'nothing'],
  ['{"success":false}', 'failure'],
  ['{"error":"no"}', 'failure'],
  ['{"status":"error"}', 'failure'],
  ['{"error":null,"data":{"id":0}}', 'something'],
  ['{"status":"ok"}', 'something'],
  ['hello', 'something'],
])('the content of a body is classified without its status: %s', (body, says) => {
  expect(readContent(body, false).says).toBe(says)
})

test('every check names a rule of the contract, except those that the contract does not cover', () => {
  const contract = readFileSync(path.join(import.meta.dirname, '../../docs/contract.md'), 'utf8')
  const rules = [...contract.matchAll(/^(\d+)\. <a id="rule-(\d+)"><\/a>/gm)]
  expect(rules.map(([, number]) => Number(number))).toEqual(rules.map((_, at) => at + 1))
  expect(rules.map(([, , anchor]) => Number(anchor))).toEqual(rules.map((_, at) => at + 1))
  expect(checks.filter(({ rule }) => rule && rule > rules.length).map(({ id }) => id)).toEqual([])
  expect(checks.filter(({ rule }) => !rule).map(({ id }) => id)).toEqual([
    'sign-in.works',
    'options.work',
    'sign-in.size',
    'csrf.page',
    'transport.answers',
  ])
})
