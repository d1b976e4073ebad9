import type { Breaker } from './breaker.js'
import type { SharedStore } from './shared-store.js'
import { REFRESH_TIMEOUT } from './upstream.js'

/**
 * A claim that is not extended ends after this time, because its instance has died. In milliseconds, like the other
 * times.
 */
const CLAIM = 8000
/** The interval at which a claim is extended. It is short enough for several attempts to fail. */
const EXTEND = 2000
/**
 * The maximum time for a refresh and for publishing its result. A claim lasts this long if the store cannot extend it. No
 * claim is extended for longer than this.
 */
export const MAX_CLAIM = REFRESH_TIMEOUT + 5000
/** How long an instance waits without `claim`. It is longer than any instance takes between reading and writing. */
const SETTLE_DELAY = 100

/**
 * Lets one of several instances do a task that all of them want to do. While that instance lives, it extends its claim.
 * Soon after its death, another instance takes over.
 */
export function createClaims(store: SharedStore, breaker: Breaker) {
  const { claim, extend } = store
  const duration = claim && !extend ? MAX_CLAIM : CLAIM
  /** Functions that stop the extension of a claim, by the name of the claim. */
  const held = new Map<string, () => void>()
  const get = (name: string) => breaker.run(() => store.getItem(name))
  const inSeconds = (millis: number) => Math.ceil(millis / 1000)

  /** Without `claim`, the value contains the time when the claim ends, because not every store has a time to live. */
  const write = (name: string, owner: string) =>
    breaker.run(() => store.setItem(name, `${Date.now() + duration} ${owner}`, { ttl: inSeconds(duration) }))

  const isOf = (value: unknown, owner: string) => typeof value === 'string' && value.endsWith(` ${owner}`)

  async function begin(name: string, owner: string): Promise<boolean> {
    if (claim) return Boolean(await breaker.run(() => claim.call(store, name, owner, inSeconds(duration))))
    const theirs = await get(name)
    if (typeof theirs === 'string' && Number.parseInt(theirs, 10) > Date.now()) return false
    await write(name, owner)
    await delay(SETTLE_DELAY)
    return isOf(await get(name), owner)
  }

  async function extendOnce(name: string, owner: string) {
    if (extend) await breaker.run(() => extend.call(store, name, inSeconds(duration)))
    else if (isOf(await get(name), owner)) await write(name, owner)
  }

  function hold(name: string, owner: string) {
    const until = Date.now() + MAX_CLAIM
    const timer = setInterval(() => {
      if (Date.now() > until) end()
      else extendOnce(name, owner).catch(() => {})
    }, EXTEND)
    const end = () => {
      clearInterval(timer)
      held.delete(name)
    }
    held.set(name, end)
  }

  return {
    /** @returns whether this instance must do the task. Afterwards, it must call {@link release} */
    async claim(name: string): Promise<boolean> {
      const owner = crypto.randomUUID()
      const isMine = await begin(name, owner)
      if (isMine && (extend || !claim)) hold(name, owner)
      return isMine
    },
    async release(name: string) {
      held.get(name)?.()
      await breaker.run(() => (store.release ? store.release(name) : store.removeItem(name)))
    },
  }
}

const delay = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))
