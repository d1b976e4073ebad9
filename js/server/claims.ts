import type { Breaker } from './breaker.js'
import type { SharedStore } from './shared-store.js'
import { REFRESH_TIMEOUT } from './upstream.js'

/** A claim that is not extended ends after so long: then its instance has died. In milliseconds, likewise the other times. */
const CLAIM = 8000
/** When it is extended. Several attempts may fail. */
const EXTEND = 2000
/** As long as a refresh may take, and its result to be published: a claim that the store cannot extend, and no claim is extended longer. */
export const LONGEST_CLAIM = REFRESH_TIMEOUT + 5000
/** Without `claim`: longer than any instance takes between looking and writing. */
const SETTLING = 100

/**
 * Of several instances that want to do the same, has one do it. While that instance lives, it extends its claim; the others take
 * over soon after its death.
 */
export function createClaims(store: SharedStore, breaker: Breaker) {
  const { claim, extend } = store
  const duration = claim && !extend ? LONGEST_CLAIM : CLAIM
  /** Ends the extending of a claim, by its name. */
  const held = new Map<string, () => void>()
  const get = (name: string) => breaker.run(() => store.getItem(name))
  const inSeconds = (millis: number) => Math.ceil(millis / 1000)

  /** Without `claim`, the value says until when, since not every store forgets. */
  const write = (name: string, owner: string) =>
    breaker.run(() => store.setItem(name, `${Date.now() + duration} ${owner}`, { ttl: inSeconds(duration) }))

  const isOf = (value: unknown, owner: string) => typeof value === 'string' && value.endsWith(` ${owner}`)

  async function begin(name: string, owner: string): Promise<boolean> {
    if (claim) return Boolean(await breaker.run(() => claim.call(store, name, owner, inSeconds(duration))))
    const theirs = await get(name)
    if (typeof theirs === 'string' && Number.parseInt(theirs, 10) > Date.now()) return false
    await write(name, owner)
    await delay(SETTLING)
    return isOf(await get(name), owner)
  }

  async function extendOnce(name: string, owner: string) {
    if (extend) await breaker.run(() => extend.call(store, name, inSeconds(duration)))
    else if (isOf(await get(name), owner)) await write(name, owner)
  }

  function hold(name: string, owner: string) {
    const until = Date.now() + LONGEST_CLAIM
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
    /** @returns whether this instance is to do it, and then to call {@link release} */
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
