import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { withoutTokens } from '../../js/common/redaction.js'
import type { VaultOptions } from '../../js/common/vault-options.js'
import { resolveOptions } from '../../js/vault/options.js'
import { type CoreConstructor, callbacks, type Log, loadCore, request, settle, treated } from './core.js'

/** What the page gets of a response that repeats a token, in any exchange. */

const TOKEN = 'opaque/access+token-1'
const REFRESH = 'opaque-refresh-token-1'
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'
const ORIGIN = 'https://api.test'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const base64url = (text: string) => Buffer.from(text).toString('base64url')
const percentEncoded = (text: string) =>
  [...text].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('')
const unicodeEscaped = (text: string) =>
  [...text].map((char) => `\\u00${char.charCodeAt(0).toString(16)}`).join('')

/** Every spelling in which an API may repeat this token. */
const spellings = (token: string) => ({
  alone: token,
  'in a sentence': `use ${token}, please`,
  'in a URL': `/feed?key=${encodeURIComponent(token)}&b=1`,
  'percent-encoded': percentEncoded(token),
  'percent-encoded twice': percentEncoded(percentEncoded(token)),
  base64: base64(token),
  base64url: base64url(token),
  'basic authentication': `Basic ${base64(`ada:${token}`)}`,
  'base64 behind a word': `abc${base64(token)}`,
  'base64 in a URL': encodeURIComponent(base64(`{"t":"${token}"}`)),
  'JSON in JSON': JSON.stringify({ headers: { authorization: `Bearer ${token}` } }),
  'JSON with escapes': unicodeEscaped(token),
})

let CoreClass: CoreConstructor
beforeAll(async () => {
  CoreClass = await loadCore(treated)
})
beforeEach(() => void vi.useFakeTimers({ now: 1_794_744_000_000 }))
afterEach(() => void vi.useRealTimers())

type Answers = Record<string, () => Response>

function open(answers: Answers, options: Partial<VaultOptions> = {}) {
  const log: Log = []
  const core = new CoreClass(
    resolveOptions({
      origins: [ORIGIN],
      signIn: '/sign-in',
      refresh: '/refresh',
      user: '/me',
      refreshToken: 'body',
      ...options,
    }),
    callbacks(
      log,
      'never',
      ({ url }) => answers[new URL(url).pathname]?.() ?? new Response('', { status: 503 }),
    ),
  )
  return { core, log }
}

const grant = () => Response.json({ access_token: TOKEN, refresh_token: REFRESH, user: { name: 'Ada' } })

/** Everything that has left the core for the page. */
const seen = (log: Log, core: { snapshot(): unknown }) => JSON.stringify([log, core.snapshot()])
const signIn = (core: InstanceType<CoreConstructor>, log: Log) =>
  settle(log, core.signIn(0, '{}', 'application/json'))
/** What the page gets: the log also has the requests, which contain the tokens. */
const toPage = (log: Log) => log.filter((entry) => !['fetch'].includes((entry as string[])[0] ?? ''))

for (const [kind, token] of [
  ['opaque', TOKEN],
  ['JWT', JWT],
] as const) {
  test.each(Object.entries(spellings(token)))(
    `an answer with a token that is ${kind === 'JWT' ? 'a' : 'an'} ${kind} reaches the page without it: %s`,
    (_, text) => {
      const body = JSON.stringify({ note: text, [text]: 1, deep: [{ list: [text] }], hint: 'kept' })
      const secrets = kind === 'JWT' ? [] : [token]
      const [shown, hasTokens] = withoutTokens(body, undefined, secrets, undefined)
      expect(JSON.parse(JSON.stringify(shown))).toMatchObject({ deep: [{ list: [null] }], hint: 'kept' })
      // A key that only looks like a token is no secret of this vault.
      if (kind === 'opaque') expect(Object.keys(shown as object)).toEqual(['deep', 'hint'])
      expect(shown).not.toHaveProperty('note')
      expect(hasTokens).toBe(true)
    },
  )
}

test('values whose key is the name of a token are removed in every spelling, and ordinary members stay', () => {
  const names = [
    'authToken',
    'Refresh-Token',
    'access_token',
    'X-Access-Token',
    'user_access_token',
    'jwt',
    'TOKEN',
  ]
  const tokens = Object.fromEntries(names.map((name) => [name, 'opaque']))
  const ordinary = {
    csrfToken: 'a',
    token_type: 'Bearer',
    tokens: 3,
    title: 'HeyJude.',
    hash: base64('some other text, and long enough'),
    link: '/a%20b?c=%ff',
    image: `data:image/png;base64,${base64('\x89PNG'.repeat(500))}`,
    next_page_token: 'b',
  }
  const body = JSON.stringify({ ...tokens, ...ordinary })
  expect(withoutTokens(body, undefined, [], undefined)[0]).toEqual(ordinary)
})

test('a token in a header of the response is removed from its body', () => {
  const headers = new Headers({ 'X-Access-Token': `Bearer ${TOKEN}` })
  const body = JSON.stringify({ echo: `${TOKEN}!`, hint: 'kept' })
  expect(withoutTokens(body, headers, [], undefined)[0]).toEqual({ hint: 'kept' })
})

test('the error of a malformed grant does not contain the token', async () => {
  const { core, log } = open({
    '/sign-in': () =>
      Response.json({ access_token: `Bearer ${TOKEN}`, echo: base64(TOKEN), authToken: 'abc', hint: 'kept' }),
  })
  await signIn(core, log)
  expect(log.at(-1)).toEqual([
    'rejected',
    expect.objectContaining({
      code: 'token-malformed',
      detail: expect.objectContaining({ body: { hint: 'kept' } }),
    }),
  ])
})

test('a refusal that quotes the current tokens reaches neither the error nor the snapshot', async () => {
  let status = 200
  const echo = () =>
    status === 200
      ? grant()
      : Response.json(
          { reason: `${REFRESH} and ${TOKEN} are over`, echo: [REFRESH, base64(TOKEN)], hint: 'kept' },
          { status },
        )
  const { core, log } = open({ '/sign-in': grant, '/refresh': echo })
  await signIn(core, log)
  status = 422
  await vi.advanceTimersByTimeAsync(2000)
  await settle(log, core.refresh({ tenant: 1 }))
  const rejected = (log as unknown[][]).findLast(([name]) => name === 'rejected')
  expect(rejected).toEqual(['rejected', expect.objectContaining({ code: 'refused' })])
  expect(JSON.stringify(rejected)).toContain('kept')
  status = 401
  await vi.advanceTimersByTimeAsync(2000)
  await settle(log, core.refresh(undefined))
  await vi.advanceTimersByTimeAsync(5000)
  expect(core.snapshot()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
  for (const secret of [TOKEN, REFRESH, base64(TOKEN)]) expect(seen(toPage(log), core)).not.toContain(secret)
})

test('without a refresh, a 401 that quotes the token does not put it into the snapshot', async () => {
  const { core, log } = open(
    {
      '/sign-in': grant,
      '/notes': () => Response.json({ reason: `${TOKEN} is over` }, { status: 401 }),
    },
    { refresh: undefined as never, refreshToken: 'cookie' },
  )
  await signIn(core, log)
  await vi.advanceTimersByTimeAsync(2000)
  await settle(log, core.fetch(request(`${ORIGIN}/notes`)))
  await vi.advanceTimersByTimeAsync(0)
  expect(core.snapshot()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
  expect(JSON.stringify(core.snapshot())).not.toContain(TOKEN)
})

test('a user endpoint that echoes the token brings a user without it, and so do the claims of a token', async () => {
  const claims = { sub: '1', at: `use ${JWT}`, name: 'Ada' }
  const access = `${base64url('{"alg":"HS256"}')}.${base64url(JSON.stringify(claims))}.x`
  const { core, log } = open({
    '/sign-in': () => Response.json({ access_token: access, refresh_token: REFRESH }),
  })
  const echo = JSON.stringify({ name: 'Ada', headers: { authorization: access }, refresh: `${REFRESH}?` })
  await signIn(core, log)
  expect(core.visible(echo, undefined)).toEqual({ name: 'Ada', headers: {} })
  // A ticket may be a JWT, but not the token of the session.
  for (const [ticket, seen] of [
    [JWT, { ticket: JWT }],
    [access, {}],
  ] as const)
    expect(core.visible(JSON.stringify({ ticket }), ticket)).toEqual(seen)
  expect(core.snapshot()).toMatchObject({ claims: { sub: '1', name: 'Ada' } })
  expect(JSON.stringify(core.snapshot())).not.toContain(JWT)
})

test('the search for tokens leaves no text in the static members of RegExp', () => {
  const body = JSON.stringify({ note: `use ${JWT}`, other: percentEncoded(TOKEN), list: [base64(TOKEN)] })
  withoutTokens(body, new Headers({ 'x-access-token': `Bearer ${TOKEN}` }), [TOKEN], undefined)
  const { input, lastMatch, leftContext, rightContext, $1 } = RegExp as unknown as Record<string, string>
  expect([input, lastMatch, leftContext, rightContext, $1]).toEqual(['', '', '', '', ''])
})
