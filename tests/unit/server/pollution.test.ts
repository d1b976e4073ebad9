import { afterEach, expect, test, vi } from 'vitest'
import { createNextAuth } from '../../../js/next/index.js'
import { createRules } from '../../../js/next/rules.js'
import { type BffOptions, resolveOptions } from '../../../js/server/options.js'
import { ownCopy } from '../../../js/server/own.js'
import { browse, fakeTime, pass, SECRET, startApi } from './browser.js'

/** Values that change what a server does, and that are valid, so that no check of the options refuses them. */
const POLLUTION: Record<string, unknown> = {
  allowInsecureHttp: true,
  api: 'https://evil.test',
  basePath: '/evil',
  body: { evil: 'yes' },
  bodyLimit: 1,
  check: '/evil',
  claims: ['evil'],
  cookie: { name: 'evil', secure: false },
  credentials: 'omit',
  csrf: { header: 'X-Evil', from: { field: 'evil' } },
  encoding: 'form',
  endpoint: '/evil',
  endsOn: [418],
  exchanges: { evil: '/evil' },
  field: 'evil',
  fields: { accessToken: 'evil', user: 'evil' },
  forward: () => ({ 'x-evil': 'yes' }),
  from: { field: 'evil' },
  grace: 100_000,
  guard: {},
  header: 'X-Evil',
  headers: ['x-evil'],
  idle: { after: 1 },
  limit: 1,
  logger: false,
  maxAge: 1,
  method: 'PUT',
  name: 'evil',
  onEvent: () => {},
  origins: ['https://evil.test'],
  pages: { signIn: '/evil' },
  path: '/evil',
  proxy: ['/**'],
  redirects: ['https://evil.test'],
  refresh: '/evil',
  refreshToken: 'body',
  renewHeader: 'x-evil',
  responseHeader: 'x-evil',
  roles: () => ['admin'],
  sameSite: 'strict',
  scheme: 'Evil',
  secret: SECRET,
  secure: false,
  signIn: '/evil',
  signOut: '/evil',
  store: { getItem: () => null, setItem: () => {}, removeItem: () => {} },
  trustProxy: 1,
  user: '/evil',
  waitUntil: () => {},
  warn: 1,
}

function pollute(members: Record<string, unknown>) {
  for (const [name, value] of Object.entries(members))
    Object.defineProperty(Object.prototype, name, {
      value,
      configurable: true,
      writable: true,
      enumerable: true,
    })
}

const clean = () => {
  for (const name of [...Object.keys(POLLUTION), ...RUNTIME]) Reflect.deleteProperty(Object.prototype, name)
}
afterEach(clean)

const minimal: BffOptions = {
  api: 'https://api.test',
  secret: SECRET,
  signIn: '/login',
  refresh: { path: '/refresh' },
  csrf: { header: 'X-Form', value: '1' },
}

/** The resolved options as text. Functions count by their source. */
const described = (options: BffOptions, without: string[] = []) =>
  JSON.stringify(resolveOptions(options), (name, value) => {
    if (without.includes(name)) return undefined
    if (value instanceof Map) return [...value]
    return typeof value === 'function' ? String(value) : value
  })

test.each(Object.keys(POLLUTION))('a server takes no option from Object.prototype: %s', (name) => {
  const given = Object.fromEntries(
    Object.entries(minimal).filter(([own]) => own !== name),
  ) as unknown as BffOptions
  const isRequired = ['api', 'secret', 'signIn'].includes(name)
  const before = isRequired ? undefined : described(given)
  pollute({ [name]: POLLUTION[name] })
  if (isRequired) expect(() => resolveOptions(given)).toThrow()
  else expect(described(given)).toBe(before)
})

test.each(['csrf', 'exchanges', 'cookie'])(
  'no member of an object in the options is from Object.prototype: %s',
  (name) => {
    const objects = {
      csrf: { header: 'X-Form', from: { endpoint: '/csrf' } },
      exchanges: { otp: { path: '/otp' } },
      cookie: { name: 'mine' },
    }
    const given = { ...minimal, [name]: objects[name as keyof typeof objects] }
    const before = described(given)
    pollute(POLLUTION)
    const after = described(given)
    clean()
    expect(after).toBe(before)
  },
)

test('the store is used as it is', () => {
  const store = { getItem: () => null, setItem: () => {}, removeItem: () => {} }
  expect(resolveOptions({ ...minimal, store }).store).toBe(store)
})

test('Next takes no page, role or rule from Object.prototype', async () => {
  const given = { ...minimal, guard: { '/account/**': { requiresAuth: true } } }
  pollute(POLLUTION)
  pollute({ guestOnly: true })
  const auth = createNextAuth(given)
  const rules = createRules(ownCopy(given))
  clean()
  Reflect.deleteProperty(Object.prototype, 'guestOnly')
  expect(rules(new URL('https://app.test/account/1'))?.guestOnly).toBeUndefined()
  expect(rules(new URL('https://app.test/account/1'))).toEqual({ requiresAuth: true })
  const { NextRequest } = await import('next/server.js')
  const answer = await auth.proxy(new NextRequest('https://app.test/account/1'))
  expect(answer.headers.get('location')).toContain('/sign-in?redirect=')
})

/**
 * Members by which the code of the server tells kinds of objects apart. Not `error` and `value`: with these, the platform
 * itself fails.
 */
const RUNTIME = ['access', 'startedAt', 'reason', 'result', 'endpoint', 'by', 'remember', 'props']

test.each(RUNTIME)('a polluted member `%s` does not change sessions', async (name) => {
  const server = await startApi()
  fakeTime()
  try {
    const browser = browse(server.options)
    pollute({ [name]: 'polluted' })
    expect((await browser.signIn()).status).toBe(200)
    expect(await browser.session()).toMatchObject({ status: 'authenticated' })
    pass(60 * 60 * 1000)
    expect(await browser.session()).toMatchObject({ status: 'authenticated' })
    await browser.signOut()
    expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'signed-out' })
  } finally {
    clean()
    vi.useRealTimers()
    server.close()
  }
})
