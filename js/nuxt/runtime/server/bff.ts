import type { H3Event } from 'h3'
import { useEvent, useRuntimeConfig, useStorage } from 'nitropack/runtime'
// @ts-expect-error: written by the module
import file from '#tokencell/options'
import type { BffServer, SharedStore } from '../../../server/index.js'
import type { BffModeOptions } from '../../options.js'
import { createConfiguredBff } from './configured.js'

let made: BffServer | undefined

/**
 * The server of this configuration, which holds no session.
 *
 * @param event the first request: some hosts have no variables before
 */
export function useBff(event: H3Event): BffServer {
  if (!made) {
    const { storage, ...options } = useRuntimeConfig(event).tokencell as unknown as BffModeOptions
    made = createConfiguredBff({ waitUntil, ...options, ...(storage && { store: storeOn(storage) }) }, file)
  }
  return made
}

/** Some hosts stop the process when the response is sent, unless the request that is being answered says what is left to do. */
function waitUntil(work: Promise<unknown>) {
  try {
    useEvent().waitUntil(work)
  } catch {
    // The work goes on where `nitro.experimental.asyncContext` has been turned off, too, as far as the host lets it.
  }
}

/** A mount of Nitro's storage; where it is on Redis, it claims in one step. */
function storeOn(mount: string): SharedStore {
  const storage = useStorage(mount)
  const store: SharedStore = {
    getItem: (key) => storage.getItem(key),
    setItem: (key, value, options) => storage.setItem(key, value, options),
    removeItem: (key) => storage.removeItem(key),
  }
  const { driver } = useStorage().getMount(`${mount}:`)
  if (driver.name !== 'redis') return store
  const redis = driver.getInstance?.() as Record<'expire' | 'set', (...args: unknown[]) => Promise<unknown>>
  // Under the name that the driver gives it, which removes it by that name.
  const base = ((driver.options as { base?: string } | undefined)?.base ?? '').replace(/:$/, '')
  const named = (key: string) => (base ? `${base}:${key}` : key)
  return {
    ...store,
    claim: async (key, value, seconds) => (await redis.set(named(key), value, 'EX', seconds, 'NX')) !== null,
    extend: (key, seconds) => redis.expire(named(key), seconds),
  }
}
