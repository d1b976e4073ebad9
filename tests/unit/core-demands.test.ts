import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { VaultOptions } from '../../js/common/vault-options.js'
import { resolveOptions } from '../../js/vault/options.js'
import {
  type Answer,
  type Core,
  type CoreConstructor,
  callbacks,
  type Log,
  loadCore,
  request,
  settle,
  treated,
} from './core.js'

/** What the built core does with the answers of an API: the next token, the user, a refused body, a step-up. */

const ORIGIN = 'https://api.test'
const NOW = 1_794_744_000_000

let CoreClass: CoreConstructor
beforeAll(async () => {
  CoreClass = await loadCore(treated)
})
beforeEach(() => void vi.useFakeTimers({ now: NOW }))
afterEach(() => void vi.useRealTimers())

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A JWT that is valid for this many seconds. */
const jwt = (claims: object, lifetime = 100) => {
  const iat = Math.floor(Date.now() / 1000)
  return `${base64url({ alg: 'HS256' })}.${base64url({ sub: '1', iat, exp: iat + lifetime, ...claims })}.x`
}

interface Opened {
  core: Core
  log: Log
  fetched: { url: string; headers: Headers; body: unknown }[]
  snapshot(): Record<string, unknown>
  outcome(call: Promise<unknown>): Promise<unknown>
}

/** `undefined` takes away an option that `open` sets. */
type Options = { [Name in keyof VaultOptions]?: VaultOptions[Name] | undefined }

function open(options: Options, answer: Answer, more: object = {}): Opened {
  const log: Log = []
  const fetched: Opened['fetched'] = []
  const core = new CoreClass(
    resolveOptions({
      origins: [ORIGIN],
      signIn: '/sign-in',
      refresh: '/refresh',
      ...options,
    } as VaultOptions),
    {
      ...callbacks(log, 'never', (sent) => {
        fetched.push({ url: sent.url, headers: new Headers(sent.init.headers), body: sent.init.body })
        return answer(sent)
      }),
      ...more,
    },
  )
  return {
    core,
    log,
    fetched,
    snapshot: () => core.snapshot() as Record<string, unknown>,
    async outcome(call) {
      await settle(log, call)
      return (log as unknown[][]).findLast(([name]) => name === 'resolved' || name === 'rejected')
    },
  }
}

const signIn = ({ core, outcome }: Opened) => outcome(core.signIn(0, '{}', 'application/json'))

test('a newer token in any response is sent with the next request, and its claims and lifetime are shown', async () => {
  const vault = open({ refresh: undefined, renewHeader: 'X-Next' }, ({ url }) =>
    url.endsWith('/sign-in')
      ? Response.json({ access_token: jwt({ role: 'admin' }), user: { name: 'Ada' } })
      : Response.json({}, { headers: { 'X-Next': `Bearer ${jwt({ role: 'user' }, 900)}` } }),
  )
  await signIn(vault)
  const before = vault.snapshot()
  await vi.advanceTimersByTimeAsync(2000)
  await vault.outcome(vault.core.fetch(request(`${ORIGIN}/notes`)))
  await vault.outcome(vault.core.fetch(request(`${ORIGIN}/notes`)))
  const [, first, second] = vault.fetched
  expect(second?.headers.get('authorization')).not.toBe(first?.headers.get('authorization'))
  expect(before).toMatchObject({ claimsAreNewer: false, claims: { role: 'admin' } })
  expect(vault.snapshot()).toMatchObject({
    user: { name: 'Ada' },
    claims: { role: 'user' },
    claimsAreNewer: true,
    expiresAt: NOW + 2000 + 900_000,
  })
})

test('a newer token of another user, or one that cannot be read, changes nothing', async () => {
  for (const next of [jwt({ sub: '2' }), 'eyJ.not base64.x', 'a b c']) {
    const vault = open({ renewHeader: 'Authorization' }, ({ url }) =>
      url.endsWith('/sign-in')
        ? Response.json({ access_token: jwt({}), user: { name: 'Ada' } })
        : Response.json({}, { headers: { Authorization: `Bearer ${next}` } }),
    )
    await signIn(vault)
    const before = vault.snapshot()
    await vault.outcome(vault.core.fetch(request(`${ORIGIN}/notes`)))
    expect(vault.snapshot(), next).toEqual(before)
  }
})

test('the user comes from its endpoint without tokens, and from the whole body or the member `user`', async () => {
  for (const body of [{ name: 'Ada', token: 'secret-token' }, { user: { name: 'Ada', jwt: jwt({}) } }]) {
    const vault = open({ user: '/me' }, () => Response.json({ access_token: jwt({}) }), {
      loadUser: async () => JSON.stringify(body),
    })
    await signIn(vault)
    expect(vault.snapshot()).toMatchObject({ status: 'authenticated', claimsAreNewer: false })
    expect(vault.snapshot().user).toEqual({ name: 'Ada' })
  }
})

test.each<[unknown, number | null]>([
  [3600, NOW + 3_600_000],
  ['3600', NOW + 3_600_000],
  [1_794_750_000, 1_794_750_000_000],
  [1_794_750_000_123, 1_794_750_000_123],
  ['2026-11-16T08:00:00Z', Date.parse('2026-11-16T08:00:00Z')],
  ['soon', null],
  [{}, null],
  [null, null],
])('the session ends at %j', async (value, endsAt) => {
  const vault = open({ fields: { endsAt: 'session.ends' } }, () =>
    Response.json({ access_token: jwt({}), session: { ends: value } }),
  )
  await signIn(vault)
  expect(vault.snapshot().endsAt).toBe(endsAt)
})

test('a refresh has the members of the page, and its refusal is an error that ends no session', async () => {
  let isRefused = true
  const vault = open({}, ({ url, init }) => {
    if (url.endsWith('/sign-in')) return Response.json({ access_token: jwt({}) })
    if (isRefused && String(init.body).includes('tenant'))
      return Response.json({ why: 'no such tenant' }, { status: 403 })
    return Response.json({ access_token: jwt({ tenant: 7 }) })
  })
  await signIn(vault)
  await vi.advanceTimersByTimeAsync(2000)
  expect(await vault.outcome(vault.core.refresh({ tenant: 7 }))).toMatchObject([
    'rejected',
    { code: 'refused', detail: { status: 403, body: { why: 'no such tenant' } } },
  ])
  await vi.advanceTimersByTimeAsync(2000)
  expect(vault.snapshot().status).toBe('authenticated')
  const bodies = () => vault.fetched.filter(({ url }) => url.endsWith('/refresh')).map(({ body }) => body)
  expect(bodies(), 'the session was checked without the body').toEqual(['{"tenant":7}', '{}'])
  isRefused = false
  const call = vault.core.refresh({ tenant: 7 })
  await vi.advanceTimersByTimeAsync(2000)
  expect(await vault.outcome(call)).toEqual(['resolved', undefined])
  expect(vault.snapshot().claims).toMatchObject({ tenant: 7 })
})

test('a challenge that is a JWT stays in the response and the refusal of a sign-in, but not of a refresh', async () => {
  const mfa_token = jwt({ step: 2 })
  const exchanges = { otp: '/otp', wrong: '/wrong' }
  const vault = open({ exchanges, fields: { challenge: 'mfa_token' } }, ({ url }) => {
    if (url.endsWith('/otp')) return Response.json({ access_token: jwt({}) })
    return Response.json({ mfa_token }, { status: url.endsWith('/sign-in') ? 200 : 403 })
  })
  expect(await signIn(vault)).toEqual(['resolved', { status: 'pending', body: { mfa_token } }])
  const by = (index: number) => vault.outcome(vault.core.signIn(index, '{}', 'application/json'))
  expect(await by(2)).toMatchObject(['rejected', { code: 'refused', detail: { body: { mfa_token } } }])
  expect(await by(1)).toMatchObject(['resolved', { status: 'signed-in' }])
  await vi.advanceTimersByTimeAsync(2000)
  expect(await vault.outcome(vault.core.refresh({ tenant: 7 }))).toMatchObject([
    'rejected',
    { code: 'refused', detail: { status: 403, body: {} } },
  ])
})

test('a 401 that asks for a step-up causes no refresh, and any other does', async () => {
  const challenge = 'Bearer error="insufficient_user_authentication", max_age=0'
  for (const [header, refreshes] of [
    [challenge, 0],
    ['Bearer error="invalid_token"', 1],
  ] as const) {
    const vault = open({}, ({ url }) =>
      url.endsWith('/pay')
        ? new Response(null, { status: 401, headers: { 'WWW-Authenticate': header } })
        : Response.json({ access_token: jwt({}) }),
    )
    await signIn(vault)
    await vi.advanceTimersByTimeAsync(2000)
    expect(await vault.outcome(vault.core.fetch(request(`${ORIGIN}/pay`)))).toEqual(['resolved', 401])
    expect(vault.fetched.filter(({ url }) => url.endsWith('/refresh'))).toHaveLength(refreshes)
  }
})
