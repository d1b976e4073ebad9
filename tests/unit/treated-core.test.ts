import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
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
  root,
  settle,
  treated,
} from './core.js'

/**
 * `tools/bindgen` empties functions, redirects reads of a table and renames imports and exports. Here the same calls go to
 * the core before these changes and to the core after them.
 */
const untreated = path.join(root, 'target/bindgen-untreated')

let cores: CoreConstructor[]

/** Cargo may have to compile tools/bindgen. In milliseconds. */
const BUILD_TIMEOUT = 300_000

beforeAll(async () => {
  const wasm = 'target/wasm32-unknown-unknown/release/tokencell.wasm'
  const command = ['run', '--quiet', '--profile', 'tool', '--package', 'bindgen', '--', '--untreated']
  execFileSync('cargo', [...command, wasm, untreated], { cwd: root })
  cores = [await loadCore(untreated, (bytes) => ({ module_or_path: bytes })), await loadCore(treated)]
}, BUILD_TIMEOUT)

afterEach(() => {
  vi.useRealTimers()
})

const OPTIONS: VaultOptions = {
  origins: ['https://api.test'],
  signIn: '/sign-in',
  refresh: '/refresh',
  signOut: '/sign-out',
}

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwt = (claims: unknown) => `${base64url({ alg: 'none' })}.${base64url(claims)}.x`
const grant = (generation: number) => ({
  access_token: jwt({ sub: 'ada', iat: 1_000_000, exp: 1_000_900, generation }),
  user: { name: 'Ada', token: 'secret-token' },
})

/** Runs the same calls on both cores, with the same clock and random numbers, and expects the same log. */
async function compare(
  hint: string,
  answer: Answer,
  run: (core: Core, log: Log) => Promise<void>,
  options = {},
) {
  const logs: Log[] = []
  for (const Constructor of cores) {
    vi.useFakeTimers({ now: 1_000_000_000 })
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const log: Log = []
    try {
      const core = new Constructor(resolveOptions({ ...OPTIONS, ...options }), callbacks(log, hint, answer))
      await vi.advanceTimersByTimeAsync(0)
      await run(core, log)
      log.push(['snapshot', core.snapshot()])
      core.close()
      await vi.advanceTimersByTimeAsync(0)
    } catch (error) {
      log.push(['thrown', error])
    }
    vi.restoreAllMocks()
    vi.useRealTimers()
    logs.push(log)
  }
  const [before, after] = logs as [Log, Log]
  expect(before.length).toBeGreaterThan(0)
  expect(after).toEqual(before)
  return after
}

test('both cores sign in, send a request with the token, refresh after a 401 and sign out', async () => {
  let count = 0
  const log = await compare(
    'never',
    ({ url }) => {
      if (/sign-in|refresh/.test(url)) {
        count = url.endsWith('sign-in') ? 0 : count + 1
        return Response.json(grant(count), { headers: { date: new Date(1_000_000_000).toUTCString() } })
      }
      if (url.endsWith('sign-out')) return new Response(null, { status: 204 })
      return count === 0 && url.endsWith('expired') ? new Response('no', { status: 401 }) : Response.json(url)
    },
    async (core, log) => {
      await settle(log, core.ready())
      await settle(log, core.signIn(0, '{"email":"ada"}', 'application/json'))
      await settle(log, core.fetch(request('https://api.test/me')))
      await settle(log, core.fetch(request('https://elsewhere.test/me')))
      await vi.advanceTimersByTimeAsync(2000)
      await settle(log, core.fetch(request('https://api.test/expired')))
      await vi.advanceTimersByTimeAsync(700_000)
      log.push(core.snapshot())
      core.onPeerMessage('changed')
      await settle(log, core.onLifecycleEvent('woke'))
      await settle(log, core.signOut(false))
    },
  )
  const text = JSON.stringify(log)
  expect(text).toContain('"retried"')
  expect(text).toContain('Bearer eyJ')
  expect(text).not.toContain('secret-token')
  expect(text).toContain('"signed-out"')
})

const ANSWERS: [string, () => Response][] = [
  ['no JSON', () => new Response('<html>')],
  ['no token', () => Response.json({ user: 1 })],
  ['null', () => Response.json(null)],
  ['a token with a line break', () => Response.json({ access_token: 'a\nb' })],
  ['a payload that is no base64url', () => Response.json({ access_token: `${base64url({ alg: 1 })}.a.b` })],
  ['claims of another type', () => Response.json({ access_token: jwt({ exp: 'soon' }) })],
  ['a lifetime without end', () => Response.json({ access_token: 'opaque', expires_in: 1e300 })],
  ['a negative lifetime', () => Response.json({ access_token: 'opaque', expires_in: -5 })],
  ['a refusal with a reason', () => Response.json({ reason: 'ended_by_admin' }, { status: 401 })],
  ['404', () => new Response('', { status: 404 })],
  [
    '503 with Retry-After',
    () => new Response('busy', { status: 503, headers: { 'retry-after': '7', date: 'Mon' } }),
  ],
  ['a body that is too long', () => new Response('x'.repeat(1024 * 1024 + 1))],
  [
    'deep claims',
    () => Response.json({ access_token: `${jwt(JSON.parse('['.repeat(40) + ']'.repeat(40)))}` }),
  ],
]

test.each(ANSWERS)(
  'both cores treat a refresh and a sign-in that return %s in the same way',
  async (_, make) => {
    for (const hint of ['signed-in', 'never'])
      await compare(hint, make, async (core, log) => {
        await settle(log, core.signIn(0, '{}', undefined))
        await vi.advanceTimersByTimeAsync(30_000)
        await settle(log, core.ready())
      })
  },
)

const WRONG: [string, object][] = [
  ['no origin', { origins: [] }],
  ['an origin with a path', { origins: ['https://api.test/v1'] }],
  ['plain http', { origins: ['http://api.test'] }],
  ['an endpoint elsewhere', { refresh: 'https://other.test/refresh' }],
]

test.each(WRONG)('both cores refuse options with %s with the same error', async (_, options) => {
  const log = await compare(
    'never',
    () => new Response(),
    async () => {},
    options,
  )
  expect(log[0]).toEqual([
    'thrown',
    { code: expect.stringMatching(/^(origin|endpoint)/), detail: expect.any(String) },
  ])
})
