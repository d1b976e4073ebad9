import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Renewal } from '../../../js/server/renewal.js'
import { createSeal } from '../../../js/server/seal.js'
import type { Session } from '../../../js/server/session-types.js'
import type { SharedStore } from '../../../js/server/shared-store.js'
import { createCoordinator } from '../../../js/server/store.js'
import { startRedis } from '../../servers.js'
import { SECRET } from './browser.js'

let redis: Awaited<ReturnType<typeof startRedis>>
/** The store of the example. */
let store: SharedStore
beforeAll(async () => {
  redis = await startRedis()
  vi.stubEnv('REDIS_URL', `redis://127.0.0.1:${redis.port}`)
  store = (await import('../../../examples/next/lib/store.js')).store as SharedStore
})
afterAll(async () => {
  // The client of the example logs an error when its server stops.
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await redis.end()
})

const renewal: Renewal = {
  kind: 'renewed',
  session: {
    id: 'a',
    generation: 2,
    startedAt: Date.now(),
    access: 'a',
    upstreamCookies: {},
  } as unknown as Session,
}
const instance = (on: SharedStore) => createCoordinator(on, createSeal([SECRET]), { grace: 60, maxAge: 3600 })

/** An instance: its process can start a refresh, end it, and die. */
function start(on: SharedStore) {
  let isDead = false
  const alive =
    <Args extends unknown[], T>(call: (...args: Args) => T) =>
    (...args: Args) =>
      isDead ? new Promise<never>(() => {}) : call(...args)
  const entries = Object.entries(on).map(([name, call]) => [name, alive(call as () => unknown)])
  const process = instance(Object.fromEntries(entries) as SharedStore)
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return {
    /** Resolves when the refresh has started. */
    begin: (key: string) =>
      new Promise<void>((underWay) => {
        process.once(key, async () => {
          underWay()
          await ended
          return renewal
        })
      }),
    end,
    die() {
      isDead = true
    },
  }
}

const ways: [string, (store: SharedStore) => SharedStore][] = [
  ['in one step', (store) => store],
  ['in two steps', ({ getItem, setItem, removeItem }) => ({ getItem, setItem, removeItem })],
]

test.concurrent.each(ways)(
  'promise 25: a refresh on Redis, claimed %s, is repeated by another instance within 10 s when its instance dies',
  async (way, on) => {
    const dying = start(on(store))
    await dying.begin(`dead ${way}`)
    dying.die()
    const began = Date.now()
    expect(await instance(on(store)).once(`dead ${way}`, async () => renewal)).toEqual(renewal)
    expect(Date.now() - began).toBeLessThan(10_000)
  },
)

test.concurrent.each(ways)(
  'promise 25: a refresh on Redis, claimed %s, is made once, however long it takes',
  async (way, on) => {
    const slow = start(on(store))
    await slow.begin(`slow ${way}`)
    let isDoneTwice = false
    const waiting = instance(on(store)).once(`slow ${way}`, async () => {
      isDoneTwice = true
      return renewal
    })
    // Longer than a claim that no instance extends.
    await new Promise((resolve) => setTimeout(resolve, 9000))
    slow.end()
    expect([await waiting, isDoneTwice]).toEqual([renewal, false])
  },
)
