import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import type { VaultOptions } from '../../../js/common/vault-options.js'
import { resolveOptions } from '../../../js/vault/options.js'
import { target, typed } from '../target.js'

interface Glue {
  default(bytes: Buffer): Promise<unknown>
  Core: new (config: unknown, callbacks: unknown) => { close(): void }
}

/** The built core. */
const folder = path.resolve('pkg/wasm')
const glue: Glue = await import(pathToFileURL(path.join(folder, 'core.js')).href)
await glue.default(readFileSync(path.join(folder, 'core_bg.wasm')))

/** A browser in which nothing happens. */
const idle = new Proxy({}, { get: () => () => new Promise(() => {}) })

const HOSTS = [
  'api.test',
  'localhost',
  '127.0.0.1',
  '[::1]',
  'EVIL.test',
  'a.localhost',
  '0x7f.1',
  '127.1',
  'localhost.',
]
const origin = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'https://',
        'http://',
        'HTTPS://',
        'ftp://',
        'https:',
        'blob:https://',
        '//',
        'file://',
      ),
      fc.constantFrom(...HOSTS),
      fc.constantFrom('', '/', ':443', ':8080', '/v1', '?q', '#f', '@evil.test', '\\', ':0', '//', '\t'),
    )
    .map((parts) => parts.join('')),
  fc.webUrl(),
  fc.string(),
)
const PATHS = [
  '/sign-in',
  'refresh',
  '//evil.test/x',
  '/\\evil.test',
  'https://evil.test/',
  'https:/x',
  '\t//evil.test',
  '',
]
const endpoint = fc.oneof(
  fc.constantFrom(...PATHS),
  fc.tuple(origin, fc.constantFrom(...PATHS)).map(([base, path]) => base + path),
  fc.string().map((text) => `/${text}`),
  fc.jsonValue({ maxDepth: 2 }),
)
const options = fc.record(
  {
    origins: fc.oneof(fc.array(origin, { maxLength: 3 }), fc.jsonValue({ maxDepth: 1 })),
    signIn: endpoint,
    refresh: endpoint,
    signOut: endpoint,
    check: endpoint,
    refreshToken: fc.oneof(fc.constantFrom('cookie', 'body'), fc.jsonValue({ maxDepth: 2 })),
    forgetAfter: fc.oneof(fc.double(), fc.jsonValue({ maxDepth: 1 })),
    credential: fc.oneof(fc.constantFrom('bearer', 'cookie'), fc.jsonValue({ maxDepth: 2 })),
    scheme: fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 1 })),
    name: fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 1 })),
    exchanges: fc.oneof(fc.dictionary(fc.string(), endpoint), fc.jsonValue({ maxDepth: 2 })),
  },
  { requiredKeys: ['origins', 'signIn'] },
)

const LOOPBACK = /^http:\/\/((.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/
const parse = (text: unknown, base?: string) =>
  typeof text === 'string' && URL.canParse(text, base) ? new URL(text, base) : undefined

/** The core accepts a configuration only if Node's own `URL` puts each endpoint into an origin that is listed and safe. */
export const configuration = target(options, (given) => {
  const resolved = typed(() => resolveOptions(structuredClone(given) as unknown as VaultOptions))
  if (!resolved) return
  const failures: { code: string }[] = []
  const callbacks = new Proxy(idle, {
    get: (_, name) => (name === 'error' ? (code: string) => ({ code }) : () => new Promise(() => {})),
  })
  try {
    new glue.Core(resolved, callbacks).close()
  } catch (error) {
    const { code } = error as { code?: unknown }
    assert.equal(typeof code, 'string', `not an error with a code: ${String(error)}`)
    failures.push({ code: String(code) })
  }
  if (failures.length > 0) return
  const listed = (resolved.origins as string[]).map((text) => {
    const url = parse(text)
    assert.ok(url, `the origin ${text} is not a URL`)
    assert.equal(url.href, `${url.origin}/`, 'an origin with more than an origin')
    assert.ok(url.protocol === 'https:' || LOOPBACK.test(url.origin), `the origin ${url.origin} is not safe`)
    return url.origin
  })
  const endpoints = [
    resolved.signIn,
    resolved.refresh,
    resolved.signOut,
    resolved.check,
    ...resolved.exchanges,
  ]
  for (const endpoint of endpoints) {
    if (!endpoint) continue
    const url = parse(endpoint.path, listed[0])
    assert.ok(url && listed.includes(url.origin), `an endpoint outside the origins: ${String(endpoint.path)}`)
  }
})
