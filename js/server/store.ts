import type { Ending } from './memory.js'
import type { Seal } from './seal.js'
import type { Renewal } from './upstream.js'

/** A store that several instances share, such as `createStorage({ driver: redisDriver(…) })` of unstorage. */
export interface SharedStore {
  getItem(key: string): unknown
  setItem(key: string, value: string, options?: { ttl?: number }): unknown
  removeItem(key: string): unknown
  /**
   * Sets a key unless it is set, in one step, and says whether it did: `SET key value EX seconds NX` of Redis. Without
   * it, instances wait a moment to see who was last to write, which holds for as long as none of them stalls.
   */
  claim?(key: string, value: string, seconds: number): boolean | Promise<boolean>
}

/** The first instance to come does the work, and the others get what it got. */
export interface Coordinator {
  /** @param work is done by one instance; also where the store fails, which is no reason to end a session */
  once(key: string, work: () => Promise<Renewal>): Promise<Renewal>
  /** Says to every instance that this session is over. */
  end(id: string, ending: Ending): Promise<void>
  endedAt(id: string): Promise<number | null>
}

/** Longer than a refresh may take; then the instance that began it has died. In seconds. */
const CLAIM = 15
/** In milliseconds. */
const WAIT = 20_000
const LOOK_EVERY = 50
/** Without `claim`: longer than any instance takes between looking and writing. In milliseconds. */
const SETTLING = 100

export function createCoordinator(store: SharedStore, seal: Seal, grace: number): Coordinator {
  const named = (...parts: string[]) => ['tokencell', ...parts].join(':')

  async function read(key: string): Promise<Renewal | null> {
    const sealed = await store.getItem(named('renewal', key))
    return typeof sealed === 'string' ? seal.open<Renewal>(sealed, 'renewal') : null
  }

  async function publish(key: string, renewal: Renewal) {
    const left = renewal.kind === 'postponed' ? (renewal.until - Date.now()) / 1000 : grace
    const ttl = Math.max(1, Math.ceil(left))
    await store.setItem(named('renewal', key), await seal.close(renewal, 'renewal', ttl), { ttl })
  }

  async function claim(key: string): Promise<boolean> {
    const name = named('claim', key)
    const mine = `${Date.now() + CLAIM * 1000} ${crypto.randomUUID()}`
    if (store.claim) return store.claim(name, mine, CLAIM)
    const theirs = await store.getItem(name)
    if (typeof theirs === 'string' && Number.parseInt(theirs, 10) > Date.now()) return false
    await store.setItem(name, mine, { ttl: CLAIM })
    await delay(SETTLING)
    return (await store.getItem(name)) === mine
  }

  return {
    async once(key, work) {
      const patience = Date.now() + WAIT
      while (Date.now() < patience) {
        const known = await read(key)
        if (known) return known
        if (await claim(key)) {
          // Between the two, somebody may have finished.
          const renewal = (await read(key)) ?? (await work())
          await publish(key, renewal)
          await store.removeItem(named('claim', key))
          return renewal
        }
        await delay(LOOK_EVERY)
      }
      return { kind: 'postponed', until: Date.now() }
    },
    async end(id, { at, until }) {
      const ttl = Math.max(1, Math.ceil((until - Date.now()) / 1000))
      // Stores parse what looks like a number.
      await store.setItem(named('ended', id), `at ${at}`, { ttl })
    },
    async endedAt(id) {
      const text = await store.getItem(named('ended', id))
      return typeof text === 'string' ? Number(text.slice('at '.length)) : null
    },
  }
}

const delay = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))
