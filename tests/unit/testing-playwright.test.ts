import { type APIRequestContext, request } from '@playwright/test'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { createApi } from '../../examples/api/src/api.js'
import { createCertificate } from '../../examples/api/support/certificate.js'
import { type AuthenticatedOptions, authenticated, type SignedInState } from '../../js/testing/playwright.js'
import type { DatabaseState } from '../../js/testing/sign-in.js'

const ADA = { email: 'ada@example.com', password: 'correct horse' }
const BOB = { email: 'bob@example.com', password: 'battery staple' }

async function openApi(
  settings: Parameters<typeof createApi>[0] = {},
  how: Parameters<ReturnType<typeof createApi>['listen']>[0] = {},
) {
  const api = createApi(settings)
  // Hashing passwords takes most of the time, and is not tested here.
  api.accounts.signIn = async ({ email }) => api.accounts.byEmail(email)
  const { url, close } = await api.listen(how)
  onTestFinished(close)
  return {
    url,
    countSignIns: () => api.journal.counts().byRoute['POST /api/v1/login'] ?? 0,
  }
}

// The first context loads Playwright, which takes longer than a test may.
beforeAll(async () => (await request.newContext()).dispose(), 60_000)

/** What the test of a user may do. */
interface During {
  /** Its requests have the cookies of the context. */
  api: APIRequestContext
  /** Changes the state in which the test leaves its context. */
  leave(change: (state: SignedInState) => SignedInState): void
}

interface Use {
  baseURL?: string
  ignoreHTTPSErrors?: boolean
  storageState?: SignedInState
}

type AnyFixture = (args: object, use: (value: unknown) => Promise<void>, info: object) => Promise<void>

/**
 * A worker that calls the fixtures as Playwright does. Each of its tests has a context without a browser: it has cookies, and
 * keeps the state that it starts with.
 */
async function startWorker(options: Partial<AuthenticatedOptions>, use: Use) {
  const fixtures = authenticated({ url: '/api/v1/login', credentials: ADA, ...options }) as unknown as {
    workerSession: [AnyFixture]
    storageState: AnyFixture
    context: AnyFixture
  }
  let workerSession: { forget(): void; state: SignedInState | null } | undefined
  await fixtures.workerSession[0](
    {},
    async (value) => {
      workerSession = value as typeof workerSession
    },
    {},
  )

  /** The contexts in which the worker has signed in. */
  const signIns: APIRequestContext[] = []
  const newContext: typeof request.newContext = async (options) => {
    const context = await request.newContext(options)
    signIns.push(context)
    return context
  }

  /** Runs one test. Returns the state that it started with. */
  async function run(during: (test: During) => unknown = () => {}, storageState = use.storageState) {
    const args = { playwright: { request: { newContext } }, workerSession, ...use }
    let state = storageState ?? { cookies: [], origins: [] }
    if (!storageState)
      await fixtures.storageState(
        args,
        async (value) => {
          state = value as SignedInState
        },
        { parallelIndex: 1 },
      )
    const api = await request.newContext({ ...use, storageState: state })
    let change = (left: SignedInState) => left
    const context = {
      storageState: async (how: object) => change((await api.storageState(how)) as SignedInState),
    }
    await fixtures.context(
      { ...args, context, storageState: state },
      async (given) => {
        expect(given).toBe(context)
        await during({
          api,
          leave(next) {
            change = next
          },
        })
      },
      {},
    )
    await api.dispose()
    return state
  }
  return { run, forget: () => workerSession?.forget(), signIns }
}

/** Replaces the session cookie. A spent cookie ends the session. */
async function refresh({ api }: Pick<During, 'api'>) {
  const response = await api.post('/api/v1/refresh', { headers: { 'X-Requested-With': 'test' } })
  expect(response.status()).toBe(200)
  return (await response.json()) as { user: { email: string } }
}

const signOut = ({ api }: During) => api.delete('/api/v1/logout', { headers: { 'X-Requested-With': 'test' } })

/** Replaces each database. */
const withDatabases =
  (replace: (database: DatabaseState) => DatabaseState[]) =>
  (state: SignedInState): SignedInState => ({
    ...state,
    origins: state.origins.map((each) => ({ ...each, indexedDB: each.indexedDB?.flatMap(replace) ?? [] })),
  })

/** Changes the entry of the vault. */
const withEntry =
  (change: object) =>
  (state: SignedInState): SignedInState => {
    const changed = structuredClone(state)
    for (const { indexedDB = [] } of changed.origins)
      for (const { stores } of indexedDB)
        for (const { records } of stores)
          for (const record of records) Object.assign(record.value as object, change)
    return changed
  }

test('a worker signs in once, and each test goes on with the cookie that the last one has left', async () => {
  const { url, countSignIns } = await openApi()
  const { run } = await startWorker({}, { baseURL: `${url}/app/` })
  const first = await run(refresh)
  const second = await run(refresh)
  await run(refresh)
  expect(countSignIns()).toBe(1)
  expect(second.cookies).not.toEqual(first.cookies)
  expect(second.origins).toEqual(first.origins)
  expect(first.origins).toMatchObject([{ origin: url, indexedDB: [{ name: 'tokencell' }] }])
})

test('all cookies of a session are those that the last test has left', async () => {
  const { url, countSignIns } = await openApi({ csrf: 'double-submit' })
  const { run } = await startWorker({}, { baseURL: url })
  const { cookies } = await run()
  expect(cookies.map(({ name }) => name).sort()).toEqual(['csrf_token', 'refresh_token'])
  await run(({ leave }) => leave((state) => ({ ...state, cookies: state.cookies.slice(0, 1) })))
  await run()
  expect(countSignIns(), 'again, because one of them was gone').toBe(2)
})

for (const [title, during] of [
  ['has signed out', signOut],
  ['has lost its session', ({ leave }: During) => leave(withEntry({ hint: 'signed-out' }))],
  ['was refreshing at its end', ({ leave }: During) => leave(withEntry({ mark: 1_900_000_000_000.5 }))],
  ['has closed its context', ({ api }: During) => api.dispose()],
  ['has cleared the storage', ({ leave }: During) => leave((state) => ({ ...state, origins: [] }))],
  ['has deleted the database', ({ leave }: During) => leave(withDatabases(() => []))],
  [
    'has created an empty database',
    ({ leave }: During) => leave(withDatabases((each) => [{ ...each, stores: [] }])),
  ],
  [
    'has cleared the database',
    ({ leave }: During) =>
      leave(
        withDatabases((each) => [
          { ...each, stores: each.stores.map((store) => ({ ...store, records: [] })) },
        ]),
      ),
  ],
] as const)
  test(`after a test that ${title}, the next one signs in again`, async () => {
    const { url, countSignIns } = await openApi()
    const { run } = await startWorker({}, { baseURL: url })
    await run(during)
    await run(refresh)
    expect(countSignIns()).toBe(2)
  })

test('after a test with a session on another origin or in another vault only, the next one signs in again', async () => {
  const { url, countSignIns } = await openApi()
  const { run } = await startWorker({}, { baseURL: url })
  await run(({ leave }) =>
    leave((state) => {
      const other = state.origins.map((each) => ({ ...each, origin: 'http://other.test' }))
      return { ...state, origins: [...other, ...withEntry({ hint: 'signed-out' })(state).origins] }
    }),
  )
  await run(({ leave }) =>
    leave((state) => {
      const ended = withEntry({ hint: 'signed-out' })(state)
      for (const each of ended.origins)
        each.indexedDB?.unshift(
          ...state.origins.flatMap(({ indexedDB = [] }) => indexedDB.map((db) => ({ ...db, name: 'admin' }))),
        )
      return ended
    }),
  )
  await run()
  expect(countSignIns()).toBe(3)
})

test('other data of the same origin does not end the session', async () => {
  const { url, countSignIns } = await openApi()
  const { run } = await startWorker({}, { baseURL: url })
  await run(({ leave }) =>
    leave((state) => {
      const store = { name: 'notes', autoIncrement: false, records: [], indexes: [] as never[] }
      const empty = { name: 'app', version: 1, stores: [store] }
      const [own] = state.origins
      const stores = [store, ...(own?.indexedDB?.[0]?.stores ?? [])]
      const indexedDB = [empty, { name: 'tokencell', version: 1, stores }]
      const other = { origin: 'http://other.test', localStorage: [], indexedDB: [empty] }
      return { ...state, origins: [other, { origin: url, localStorage: [], indexedDB }] }
    }),
  )
  await run(refresh)
  expect(countSignIns()).toBe(1)
})

test('the cookies that a test has added do not reach the next one', async () => {
  const { url, countSignIns } = await openApi()
  const { run } = await startWorker({}, { baseURL: url })
  const { cookies } = await run(({ leave }) =>
    leave((state) => {
      const changes = [{ name: 'theme' }, { path: '/' }, { domain: 'localhost' }]
      const added = changes.flatMap((change) => state.cookies.map((cookie) => ({ ...cookie, ...change })))
      return { ...state, cookies: [...added, ...state.cookies] }
    }),
  )
  expect((await run(refresh)).cookies).toEqual(cookies)
  expect(countSignIns()).toBe(1)
})

test('a test that starts signed out neither signs in nor ends the session of the worker', async () => {
  const { url, countSignIns } = await openApi()
  const { run } = await startWorker({}, { baseURL: url })
  const signedOut = { cookies: [], origins: [] }
  await run(() => {}, signedOut)
  expect(countSignIns()).toBe(0)
  await run(refresh)
  await run(() => {}, signedOut)
  await run(refresh)
  expect(countSignIns()).toBe(1)
})

test('after `forget`, the next test signs in', async () => {
  const { url, countSignIns } = await openApi()
  const { run, forget } = await startWorker({}, { baseURL: url })
  await run()
  forget()
  await run(refresh)
  expect(countSignIns()).toBe(2)
})

test('nothing is left open after a sign-in, or after one that is refused', async () => {
  const { url } = await openApi()
  const good = await startWorker({}, { baseURL: url })
  await good.run()
  const refused = await startWorker({ headers: { Origin: 'http://other.test' } }, { baseURL: url })
  await expect(refused.run()).rejects.toThrow('returned 403')
  for (const context of [...good.signIns, ...refused.signIns])
    await expect(context.get(url)).rejects.toThrow(/closed|disposed/)
  expect([good.signIns.length, refused.signIns.length]).toEqual([1, 1])
})

test('each worker may have a user of its own', async () => {
  const { url } = await openApi()
  const credentials = ({ parallelIndex }: { parallelIndex: number }) => (parallelIndex === 1 ? BOB : ADA)
  const { run } = await startWorker({ credentials }, { baseURL: url })
  await run(async (during) => expect(await refresh(during)).toMatchObject({ user: { email: BOB.email } }))
})

test('without a vault, the cookies alone are the session', async () => {
  const { url, countSignIns } = await openApi()
  const { run } = await startWorker({ name: false }, { baseURL: url })
  expect((await run(refresh)).origins).toEqual([])
  await run(refresh)
  expect(countSignIns()).toBe(1)
  await run(signOut)
  await run(refresh)
  expect(countSignIns()).toBe(2)
})

test('a vault with a name of its own keeps its session', async () => {
  const { url, countSignIns } = await openApi()
  const { run } = await startWorker({ name: 'admin' }, { baseURL: url })
  const { origins } = await run(refresh)
  await run(refresh)
  expect(origins[0]?.indexedDB?.map(({ name }) => name)).toEqual(['admin'])
  expect(countSignIns()).toBe(1)
})

test('pages of another origin than the API sign in from theirs', async () => {
  const origin = 'http://localhost:5173'
  const { url, countSignIns } = await openApi({ corsOrigins: [origin] })
  const signIn = { url: `${url}/api/v1/login`, origin: `${origin}/app` }
  for (const use of [{}, { baseURL: url }]) {
    const { run } = await startWorker(signIn, use)
    expect((await run()).origins).toMatchObject([{ origin }])
    await run()
  }
  expect(countSignIns(), 'once in each worker').toBe(2)
})

test('without the origin of the pages, a test fails with an error that names both settings', async () => {
  const { url, countSignIns } = await openApi()
  const { run } = await startWorker({ url: `${url}/api/v1/login` }, {})
  await expect(run()).rejects.toThrow(/needs the option `origin`, or `use: { baseURL }`/)
  expect(countSignIns()).toBe(0)
})

test('the fixture signs in to an API with a self-signed certificate only with `ignoreHTTPSErrors`', async () => {
  const { url } = await openApi({}, { host: 'localhost', tls: createCertificate() })
  const strict = await startWorker({}, { baseURL: url, ignoreHTTPSErrors: false })
  await expect(strict.run()).rejects.toThrow(/self-signed certificate/)
  const lenient = await startWorker({}, { baseURL: url, ignoreHTTPSErrors: true })
  await lenient.run(refresh)
})
