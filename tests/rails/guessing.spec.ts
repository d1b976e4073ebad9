import { expect, test } from './fixtures.js'
import { ask, signIn, signUp } from './raw.js'

type Person = Awaited<ReturnType<typeof signUp>>

const csrf = { 'x-requested-with': 'tokencell' }
const json = { ...csrf, 'content-type': 'application/json' }
const form = { ...csrf, 'content-type': 'application/x-www-form-urlencoded' }
const post = (headers: Record<string, string>, body: BodyInit): RequestInit => ({
  method: 'POST',
  headers,
  body,
})

/** The address of the client, as a proxy on this machine reports it. */
const from = (address: string) => ({ 'x-forwarded-for': address })
const wrong = (url: string, { email }: Person, headers: Record<string, string>) =>
  signIn(url, { email, password: 'a wrong password' }, headers)

/** Attempts of a client that has reached the limit for an account. Each has the right password. */
const ways: Record<
  string,
  (person: Person) => [path: string, headers: Record<string, string>, body: string]
> = {
  'the same again': (person) => ['/login', json, JSON.stringify(person)],
  'the suffix .json': (person) => ['/login.json', json, JSON.stringify(person)],
  'the suffix .html': (person) => ['/login.html', json, JSON.stringify(person)],
  'a slash at the end': (person) => ['/login/', json, JSON.stringify(person)],
  'a query': (person) => ['/login?email=decoy@example.com', json, JSON.stringify(person)],
  'fields below user': (user) => ['/login', json, JSON.stringify({ user })],
  'fields below user, and a decoy': (user) => [
    '/login',
    json,
    JSON.stringify({ email: 'decoy@example.com', user }),
  ],
  'fields in the query, and a decoy': ({ email, password }) => [
    `/login?${new URLSearchParams({ 'user[email]': email, 'user[password]': password })}`,
    json,
    '{"email":"decoy@example.com"}',
  ],
  'fields of a form': ({ email, password }) => [
    '/login',
    form,
    new URLSearchParams({ 'user[email]': email, 'user[password]': password }).toString(),
  ],
  capitals: ({ email, password }) => [
    '/login',
    json,
    JSON.stringify({ email: ` ${email.toUpperCase()} `, password }),
  ],
  'a method override': (person) => [
    '/login.json?_method=post',
    { ...json, 'x-http-method-override': 'POST' },
    JSON.stringify(person),
  ],
  ...Object.fromEntries(
    ['forwarded', 'client-ip', 'x-real-ip', 'true-client-ip', 'x-forwarded-host'].map((name) => [
      `the header ${name}`,
      (person: Person) => [
        '/login',
        { ...json, [name]: name === 'forwarded' ? 'for=198.51.100.1' : '198.51.100.1' },
        JSON.stringify(person),
      ],
    ]),
  ),
}

test.describe('with a limit of three wrong passwords per account and address', () => {
  test.use({ settings: { API_ACCOUNT_LIMIT: 3, API_LOGIN_LIMIT: 6, API_LIMIT_PERIOD: 3600 } })

  test('no other suffix, body, query or header lets an address make another attempt', async ({ rails }) => {
    const through = []
    for (const [at, [name, way]] of Object.entries(ways).entries()) {
      const person = await signUp(rails.url)
      const address = from(`203.0.113.${at + 1}`)
      for (const _ of [1, 2, 3]) expect((await wrong(rails.url, person, address)).status).toBe(401)
      const [path, headers, body] = way(person)
      const { status } = await ask(rails.url, path, post({ ...headers, ...address }, body))
      if (![404, 422, 429].includes(status)) through.push(`${name}: ${status}`)
    }
    expect(through).toEqual([])
  })

  test('the owner can still sign in from another address', async ({ rails }) => {
    const person = await signUp(rails.url)
    for (let guess = 0; guess < 20; guess++) await wrong(rails.url, person, from('198.51.100.7'))
    expect((await signIn(rails.url, person, from('198.51.100.7'))).status).toBe(429)
    expect((await signIn(rails.url, person, from('198.51.100.8'))).status).toBe(200)
  })

  test('concurrent attempts do not exceed the limit', async ({ rails }) => {
    const person = await signUp(rails.url)
    const guesses = Array.from({ length: 12 }, () => wrong(rails.url, person, from('198.51.100.9')))
    const statuses = (await Promise.all(guesses)).map(({ status }) => status)
    expect(statuses.sort()).toEqual([...Array(3).fill(401), ...Array(9).fill(429)])
  })

  test('successful sign-ins are not counted', async ({ rails }) => {
    const person = await signUp(rails.url)
    for (let time = 0; time < 10; time++)
      expect((await signIn(rails.url, person, from('198.51.100.10'))).status).toBe(200)
  })

  test('an address can try six wrong passwords in total for several accounts, and the 429 has a Retry-After', async ({
    rails,
  }) => {
    const [person, other, third] = [
      await signUp(rails.url),
      await signUp(rails.url),
      await signUp(rails.url),
    ] as const
    const address = from('198.51.100.11')
    for (const one of [person, other])
      for (const _ of [1, 2, 3]) expect((await wrong(rails.url, one, address)).status).toBe(401)
    const refused = await signIn(rails.url, third, address)
    expect([refused.status, await refused.json()]).toEqual([429, { error: 'too_many_attempts' }])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(3600)
  })

  test('the limit also applies to the current password in a change of the password', async ({ rails }) => {
    const person = await signUp(rails.url)
    const signedIn = await signIn(rails.url, person)
    const change = (current_password: string) =>
      ask(rails.url, '/password', {
        method: 'PATCH',
        headers: { ...json, authorization: signedIn.headers.get('authorization') ?? '' },
        body: JSON.stringify({ current_password, password: 'another password' }),
      })
    for (const _ of [1, 2, 3]) expect((await change('a wrong password')).status).toBe(422)
    expect((await change(person.password)).status).toBe(429)
  })
})

test.describe('without a proxy in front', () => {
  test.use({
    settings: { API_ACCOUNT_LIMIT: 3, API_LOGIN_LIMIT: 100, API_TRUSTED_PROXIES: 'none' },
  })

  test('an address in a header of the client is ignored', async ({ rails }) => {
    const person = await signUp(rails.url)
    const guess = async (address: string) => (await wrong(rails.url, person, from(address))).status
    const statuses = [await guess('203.0.113.1')]
    // rack-attack counts in fixed periods. If one ends meanwhile, the limit applies to the guesses of the next.
    while (statuses.at(-1) === 401 && statuses.length < 7)
      statuses.push(await guess(`203.0.113.${statuses.length + 1}`))
    expect(statuses.at(-1)).toBe(429)
  })
})

test.describe('with passwords hashed as in production', () => {
  test.use({ settings: { RAILS_ENV: 'development', API_ACCOUNT_LIMIT: 100, API_LOGIN_LIMIT: 100 } })

  test('a sign-in with an unknown e-mail has the same response as one with a wrong password, and takes about as long', async ({
    rails,
  }) => {
    const person = await signUp(rails.url)
    /** The shortest of five times in milliseconds, because the load of the machine only adds to it. */
    async function shortest(email: string) {
      const times = []
      for (const _ of [1, 2, 3, 4, 5]) {
        const began = performance.now()
        const response = await wrong(rails.url, { ...person, email }, {})
        times.push(performance.now() - began)
        expect([response.status, await response.json()]).toEqual([401, { error: 'invalid_credentials' }])
      }
      return Math.min(...times)
    }
    const ratio = (await shortest('nobody@example.com')) / (await shortest(person.email))
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
  })
})
