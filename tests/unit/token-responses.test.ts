import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { isAuthError } from '../../js/common/errors.js'
import { readGrant as readWithDoctor } from '../../js/doctor/grant.js'
import { Secrets } from '../../js/doctor/secret.js'
import type { RawAnswer } from '../../js/doctor/transport.js'
import { isPending, readGrant, visible } from '../../js/server/grant.js'
import type { BffOptions } from '../../js/server/options.js'
import { resolveOptions as resolveServerOptions } from '../../js/server/options.js'
import { resolveOptions } from '../../js/vault/options.js'
import { type Case, cases, type Meaning } from '../corpus/read.js'
import { type CoreConstructor, callbacks, type Log, loadCore, request, settle, treated } from './core.js'

/** The vault and the server read the same token responses: tests/corpus/token-responses.json. */

const ORIGIN = 'https://api.test'
const OPTIONS_OF_ENDPOINTS = { signIn: '/sign-in', refresh: '/refresh', signOut: '/sign-out' }
const NOW = 1_794_744_000_000
/** The maximum length of a token response, in characters. */
const MAX_BODY = 1024 * 1024

let Core: CoreConstructor

beforeAll(async () => {
  Core = await loadCore(treated)
})

afterEach(() => {
  vi.useRealTimers()
})

/** What the vault makes of this response to a sign-in. */
async function inVault({ options, headers, text }: Case): Promise<Meaning> {
  vi.useFakeTimers({ now: NOW })
  const log: Log = []
  const sent: { url: string; headers: Headers; body: unknown }[] = []
  const core = new Core(
    resolveOptions({ origins: [ORIGIN], ...OPTIONS_OF_ENDPOINTS, ...options }),
    callbacks(log, 'never', ({ url, init }) => {
      sent.push({ url, headers: new Headers(init.headers), body: init.body })
      return url.endsWith('/sign-in') ? new Response(text, { headers }) : new Response('', { status: 503 })
    }),
  )
  const outcome: {
    value?: { status: string; body: unknown }
    error?: { code: string; detail?: { option?: string } }
  } = {}
  core.signIn(0, '{}', 'application/json').then(
    (value: unknown) => {
      outcome.value = value as { status: string; body: unknown }
    },
    (error: { code: string; detail?: { option?: string } }) => {
      outcome.error = error
    },
  )
  await vi.advanceTimersByTimeAsync(0)
  if (outcome.error) {
    core.close()
    const { code, detail } = outcome.error
    return { error: code, ...(detail?.option && { option: detail.option }) }
  }
  if (outcome.value?.status === 'pending') {
    core.close()
    return { pending: outcome.value.body ?? null }
  }
  const { user, expiresAt } = core.snapshot() as { user: unknown; expiresAt: number | null }
  const lifetime = expiresAt === null ? null : (expiresAt - NOW) / 1000
  await settle(log, core.fetch(request(`${ORIGIN}/me`)))
  // A sign-out is sent with the refresh token.
  await settle(log, core.signOut(false))
  core.close()
  const access = sent.find(({ url }) => url.endsWith('/me'))?.headers.get('authorization') ?? ''
  const signOut = sent.find(({ url }) => url.endsWith('/sign-out'))
  const body = JSON.parse(typeof signOut?.body === 'string' ? signOut.body : '{}')
  const refresh = signOut?.headers.get('x-refresh') ?? Object.values(body)[0]
  const { scheme = 'Bearer' } = options
  return {
    access: scheme ? access.slice(scheme.length + 1) : access,
    ...(refresh !== undefined && { refresh: String(refresh) }),
    lifetime,
    user,
    ...(outcome.value?.body !== undefined && { page: outcome.value.body }),
  }
}

/** What a server makes of it. */
function onServer({ options, headers, text }: Case): Meaning {
  const bff = resolveServerOptions({
    api: ORIGIN,
    secret: 'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR1oQyVtMx5iA=',
    ...OPTIONS_OF_ENDPOINTS,
    ...options,
  } as BffOptions)
  const answered = new Headers(headers)
  const body = text.length > MAX_BODY ? undefined : parse(text)
  const response = new Response(null, { headers: answered })
  const { fields } = bff.signIn
  const page = visible({ headers: answered, body }, bff, fields)
  if (isPending(response, text, body, fields, bff)) return { pending: page ?? null }
  try {
    const { access, refresh, lifetime, user } = readGrant(answered, body, fields, bff)
    return {
      access,
      ...(refresh !== undefined && { refresh }),
      lifetime,
      user: user ?? null,
      ...(page !== undefined && { page }),
    }
  } catch (error) {
    if (!isAuthError(error)) throw error
    return { error: error.code, ...(error.option && { option: error.option }) }
  }
}

function parse(text: string): unknown {
  try {
    // `Response.text` drops a byte order mark.
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    return undefined
  }
}

/** What doctor finds in it. */
function withDoctor({ options, headers, text }: Case) {
  const { fields = {} } = options
  const plan = {
    isCookieSession: false,
    tokens: { access: fields.accessToken, refresh: fields.refreshToken },
  }
  const entries = Object.entries(headers)
  return readWithDoctor({ headers: entries, body: text } as RawAnswer, new Secrets(), plan)
}

test('the corpus has at least 200 responses, each with its own name', () => {
  expect(cases.length).toBeGreaterThanOrEqual(200)
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
})

describe('the vault reads', () => {
  test.each(cases)('$name', async (one) => {
    // A value that is removed from an array leaves a hole, which is `null` in JSON.
    expect(JSON.parse(JSON.stringify(await inVault(one)))).toEqual(one.means)
  })
})

describe('the server reads', () => {
  test.each(cases)('$name', (one) => {
    expect(onServer(one)).toEqual(one.means)
  })
})

describe('doctor finds the same token and the same lifetime in', () => {
  test.each(cases.filter(({ means }) => 'access' in means))('$name', (one) => {
    const { access, expiresIn } = withDoctor(one)
    const { access: expected, lifetime } = one.means as Extract<Meaning, { access: string }>
    expect(access[0]?.token.reveal()).toBe(expected)
    if (expiresIn && !one.options.fields) expect(Math.min(expiresIn.seconds, 315_360_000)).toBe(lifetime)
  })
})

describe('doctor reports the lifetime that the vault refuses in', () => {
  const isRefused = ({ means, text }: Case) =>
    'error' in means && means.option === 'fields.expiresIn' && text.includes('"expires_in"')
  test.each(cases.filter(isRefused))('$name', (one) => {
    const { expiresIn, oddLifetime } = withDoctor(one)
    expect([expiresIn, oddLifetime]).toEqual([undefined, 'expires_in'])
  })
})
