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
  /** Gives back what was claimed, where `removeItem` does not reach it. */
  release?(key: string): unknown
}

/** The first instance to come does the work, and the others get what it got. A store that fails is gone without. */
export interface Coordinator {
  /** @param work is done by one instance, and once by it */
  once(key: string, work: () => Promise<Renewal>): Promise<Renewal>
  /** Says to every instance that this session is over. */
  end(id: string, ending: Ending): Promise<void>
  endedAt(id: string): Promise<number | null>
}

/** Longer than a refresh may take; then the instance that began it has died. In milliseconds, likewise the other times. */
const CLAIM = 15_000
const WAIT = 20_000
const LOOK_EVERY = 50
/** Without `claim`: longer than any instance takes between looking and writing. */
const SETTLING = 100
/** How long a store may take, and when it is asked again. */
const PATIENCE = 1000
const PAUSE = 250

/** @param onFailure hears of a store that does not do what it is asked */
export function createCoordinator(
  store: SharedStore,
  seal: Seal,
  grace: number,
  onFailure: () => void = () => {},
): Coordinator {
  const named = (...parts: string[]) => ['tokencell', ...parts].join(':')
  const get = (key: string) => inTime(() => store.getItem(key))
  const set = (key: string, value: string, millis: number) => {
    const ttl = Math.max(1, Math.ceil(millis / 1000))
    return inTime(() => store.setItem(key, value, { ttl }))
  }

  async function read(key: string): Promise<Renewal | null> {
    const sealed = await get(named('renewal', key))
    return typeof sealed === 'string' ? seal.open<Renewal>(sealed, 'renewal') : null
  }

  async function publish(key: string, renewal: Renewal) {
    const millis = renewal.kind === 'postponed' ? renewal.until - Date.now() : grace * 1000
    const sealed = await seal.close(renewal, 'renewal', Math.max(1, millis / 1000))
    await set(named('renewal', key), sealed, millis)
    await release(key)
  }

  async function claim(key: string): Promise<boolean> {
    const name = named('claim', key)
    const mine = `${Date.now() + CLAIM} ${crypto.randomUUID()}`
    if (store.claim) return Boolean(await inTime(() => store.claim?.(name, mine, CLAIM / 1000)))
    const theirs = await get(name)
    if (typeof theirs === 'string' && Number.parseInt(theirs, 10) > Date.now()) return false
    await set(name, mine, CLAIM)
    await delay(SETTLING)
    return (await get(name)) === mine
  }

  async function release(key: string) {
    const name = named('claim', key)
    await inTime(() => (store.release ? store.release(name) : store.removeItem(name)))
  }

  /** @returns null when it is for this instance to do */
  async function resultOfOthers(key: string): Promise<Renewal | null> {
    const patience = Date.now() + WAIT
    while (Date.now() < patience) {
      const known = await read(key)
      if (known) return known
      if (await claim(key)) {
        // Between the two, somebody may have finished.
        const finished = await read(key)
        if (finished) await release(key)
        return finished
      }
      await delay(LOOK_EVERY)
    }
    return { kind: 'postponed', until: Date.now(), code: 'unreachable' }
  }

  async function orNull<T>(asked: Promise<T>): Promise<T | null> {
    try {
      return await asked
    } catch {
      onFailure()
      return null
    }
  }

  /** Now, or behind the back of whoever waits: until others take this instance for dead, and begin with a spent token. */
  async function insist(write: () => Promise<void>) {
    const until = Date.now() + CLAIM
    const isDone = () =>
      write().then(
        () => true,
        () => false,
      )
    if (await isDone()) return
    onFailure()
    async function goOn() {
      do await delay(PAUSE)
      while (Date.now() < until && !(await isDone()))
    }
    goOn()
  }

  return {
    async once(key, work) {
      const known = await orNull(resultOfOthers(key))
      if (known) return known
      const renewal = await work()
      await insist(() => publish(key, renewal))
      return renewal
    },
    end: (id, { at, until }) =>
      // Stores parse what looks like a number.
      insist(async () => void (await set(named('ended', id), `at ${at}`, until - Date.now()))),
    async endedAt(id) {
      const text = await orNull(get(named('ended', id)))
      return typeof text === 'string' ? Number(text.slice('at '.length)) : null
    },
  }
}

async function inTime<T>(call: () => T): Promise<Awaited<T>> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The store does not answer.')), PATIENCE)
  })
  try {
    return await Promise.race([call(), late])
  } finally {
    clearTimeout(timer)
  }
}

const delay = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))
