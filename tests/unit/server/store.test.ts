import { setTimeout as delay } from 'node:timers/promises'
import { createStorage } from 'unstorage'
import { expect, test } from 'vitest'
import type { Renewal } from '../../../js/server/renewal.js'
import { createSeal } from '../../../js/server/seal.js'
import type { Session } from '../../../js/server/session-types.js'
import type { SharedStore } from '../../../js/server/shared-store.js'
import { createCoordinator } from '../../../js/server/store.js'
import { browse, SECRET, startApi } from './browser.js'

const session = {
  id: 'a',
  generation: 2,
  startedAt: Date.now(),
  access: 'the-secret-token',
  upstreamCookies: {},
} as unknown as Session
const renewal: Renewal = { kind: 'renewed', session }
const OPTIONS = { grace: 60, maxAge: 3600 }

/** A store with the latency of a network. */
function slow(store: SharedStore, millis: number): SharedStore {
  const late =
    <Args extends unknown[], T>(call: (...args: Args) => T) =>
    async (...args: Args): Promise<Awaited<T>> => {
      await delay(Math.random() * millis)
      return await call(...args)
    }
  const { claim } = store
  return {
    getItem: late((key) => store.getItem(key)),
    setItem: late((key, value) => store.setItem(key, value)),
    removeItem: late((key) => store.removeItem(key)),
    ...(claim && { claim: late((key, value, seconds) => claim.call(store, key, value, seconds)) }),
  }
}

/** A store that claims in one step, as Redis does. */
function claiming(store: SharedStore): SharedStore {
  const taken = new Set<string>()
  return {
    getItem: (key) => store.getItem(key),
    setItem: (key, value) => store.setItem(key, value),
    removeItem(key) {
      taken.delete(key)
      return store.removeItem(key)
    },
    claim: (key) => !taken.has(key) && Boolean(taken.add(key)),
  }
}

test.each([
  ['that claims in one step', () => claiming(createStorage())],
  ['of unstorage', () => createStorage() as SharedStore],
])(
  'promise 25: of ten instances on a store %s, one refreshes and all get the result',
  async (_, makeStore) => {
    const store = makeStore()
    const seal = createSeal([SECRET])
    let works = 0
    const work = async () => {
      works += 1
      await delay(50)
      return renewal
    }
    for (const key of ['a.1', 'b.1', 'a.2']) {
      works = 0
      const results = await Promise.all(
        Array.from({ length: 10 }, () => createCoordinator(slow(store, 20), seal, OPTIONS).once(key, work)),
      )
      expect(works).toBe(1)
      expect(results).toEqual(Array(10).fill(renewal))
    }
    expect(await createCoordinator(store, seal, OPTIONS).once('a.1', work)).toEqual(renewal)
    expect(works, 'a later instance does not refresh again').toBe(1)
  },
)

test('promise 24: entries in the store cannot be read without the secret', async () => {
  const store = createStorage()
  const coordinator = createCoordinator(store as SharedStore, createSeal([SECRET]), OPTIONS)
  await coordinator.once('a.1', async () => renewal)
  await coordinator.end('a', { at: Date.now() }, Date.now() + 60_000)
  const kept = JSON.stringify(await Promise.all((await store.getKeys()).map((key) => store.getItem(key))))
  expect(kept.length).toBeGreaterThan(100)
  expect(kept).not.toContain('the-secret-token')
  const otherSecret = createCoordinator(store as SharedStore, createSeal([`not ${SECRET}`]), OPTIONS)
  const own: Renewal = { kind: 'refused' }
  expect(await otherSecret.once('a.1', async () => own), 'an entry of another secret is not used').toEqual(
    own,
  )
})

test('when an instance dies during a refresh, another instance waits for the end of its claim, and then refreshes', async () => {
  const store = createStorage()
  await store.setItem('tokencell:claim:a.1', `${Date.now() + 300} another`)
  const began = Date.now()
  await createCoordinator(store as SharedStore, createSeal([SECRET]), OPTIONS).once(
    'a.1',
    async () => renewal,
  )
  expect(Date.now() - began).toBeGreaterThanOrEqual(300)
})

test('promise 9: a failing store ends no session, and causes no second refresh', async () => {
  const server = await startApi({ accessTtl: 0.5 })
  const broken = async () => {
    throw new Error('connection refused')
  }
  const events: string[] = []
  const browser = browse({
    ...server.options,
    store: { getItem: broken, setItem: broken, removeItem: broken },
    onEvent: ({ type }) => events.push(type),
  })
  await browser.signIn()
  server.api.configure({ accessTtl: 900 })
  await delay(550)
  // On a busy machine, a token may have been refreshed before this point.
  const earlier = server.refreshes().ok
  const responses = await Promise.all(Array.from({ length: 5 }, () => browser.fetch('/api/v1/me')))
  expect(responses.map(({ status }) => status)).toEqual(Array(5).fill(200))
  expect(server.refreshes()).toMatchObject({ total: earlier + 1, ok: earlier + 1 })
  expect(events).toContain('store-failed')

  let writes = 0
  const failing = {
    getItem: async () => null,
    removeItem: broken,
    claim: () => true,
    setItem() {
      writes += 1
      return broken()
    },
  }
  server.api.configure({ accessTtl: 0.5 })
  const other = browse({ ...server.options, store: failing })
  await other.signIn()
  server.api.configure({ accessTtl: 900 })
  await delay(550)
  const before = server.refreshes().total
  expect((await other.fetch('/api/v1/me')).status).toBe(200)
  expect([server.refreshes().total - before, writes > 0], 'also when it fails after the refresh').toEqual([
    1,
    true,
  ])
  await server.close()
})

test('promise 25: a result that could not be stored is stored later, before another instance uses the spent token', async () => {
  const storage = createStorage() as SharedStore
  let isDown = true
  const store: SharedStore = {
    ...claiming(storage),
    setItem(key, value) {
      if (isDown) throw new Error('connection refused')
      return storage.setItem(key, value)
    },
  }
  const seal = createSeal([SECRET])
  const failures: string[] = []
  const one = createCoordinator(store, seal, { ...OPTIONS, onFailure: () => failures.push('one') })
  expect(await one.once('a.1', async () => renewal)).toEqual(renewal)
  expect(failures).toEqual(['one'])
  isDown = false
  const refused: Renewal = { kind: 'refused' }
  expect(await createCoordinator(store, seal, OPTIONS).once('a.1', async () => refused)).toEqual(renewal)
})

test('promise 9: a store that does not respond blocks no request', async () => {
  const hang = () => new Promise<never>(() => {})
  const store = { getItem: hang, setItem: hang, removeItem: hang }
  let failures = 0
  const coordinator = createCoordinator(store, createSeal([SECRET]), {
    ...OPTIONS,
    onFailure: () => {
      failures += 1
    },
  })
  const [known, renewed] = await Promise.all([
    coordinator.endingOf('a'),
    coordinator.once('a.1', async () => renewal),
    coordinator.end('a', { at: Date.now() }, Date.now() + 1000),
  ])
  expect([known, renewed]).toEqual([null, renewal])
  expect(failures, 'one failure is reported').toBe(1)
})

test('a claim is released with `release`, and a result that was read is not written again', async () => {
  const storage = createStorage() as SharedStore
  const calls: string[] = []
  let isTaken = false
  const store: SharedStore = {
    ...storage,
    getItem: (key) => storage.getItem(key),
    setItem(key, value) {
      calls.push('set')
      return storage.setItem(key, value)
    },
    removeItem: () => calls.push('remove'),
    claim: () => {
      isTaken = true
      return true
    },
    release: (key) => calls.push(`release ${key}`),
  }
  const seal = createSeal([SECRET])
  await createCoordinator(store, seal, OPTIONS).once('a.1', async () => renewal)
  expect(calls).toEqual(['set', 'set', 'release tokencell:claim:a.1'])
  // Another instance writes the result between the first reading and the claim.
  isTaken = false
  const late = { ...store, getItem: (key: string) => (isTaken ? storage.getItem(key) : null) }
  expect(await createCoordinator(late, seal, OPTIONS).once('a.1', async () => ({ kind: 'refused' }))).toEqual(
    renewal,
  )
  expect(calls.slice(3)).toEqual(['release tokencell:claim:a.1'])
})
