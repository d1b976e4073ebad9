import type { H3Event } from 'h3'
import { useEvent, useRuntimeConfig, useStorage } from 'nitropack/runtime'
// @ts-expect-error: written by the module
import file from '#tokencell/options'
import type { BffServer, SharedStore } from '../../../server/index.js'
import type { BffModeOptions } from '../../options.js'
import { createConfiguredBff } from './configured.js'

let made: BffServer | undefined

/**
 * The server with this configuration. It holds no session.
 *
 * @param event the first request: some hosts provide no environment variables before it
 */
export function useBff(event: H3Event): BffServer {
  if (!made) {
    const { storage, ...options } = useRuntimeConfig(event).tokencell as unknown as BffModeOptions
    made = createConfiguredBff({ waitUntil, ...options, ...(storage && { store: storeOn(storage) }) }, file)
  }
  return made
}

/** Some hosts stop the process when the response is sent, unless the current request registers the remaining work. */
function waitUntil(work: Promise<unknown>) {
  try {
    useEvent().waitUntil(work)
  } catch {
    // If `nitro.experimental.asyncContext` has been turned off, the work still continues, as far as the host allows it.
  }
}

/** A storage mount of Nitro. If the mount is on Redis, it claims in one atomic step. */
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
  // The driver adds its `base` to every key. These calls do the same, so that the driver can remove the key.
  const base = ((driver.options as { base?: string } | undefined)?.base ?? '').replace(/:$/, '')
  const named = (key: string) => (base ? `${base}:${key}` : key)
  return {
    ...store,
    claim: async (key, value, seconds) => (await redis.set(named(key), value, 'EX', seconds, 'NX')) !== null,
    extend: (key, seconds) => redis.expire(named(key), seconds),
  }
}
