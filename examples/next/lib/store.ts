import { createClient } from 'redis'
import type { SharedStore } from 'tokencell/server'

const url = process.env.REDIS_URL

/** Needed only if several instances of this server run. */
export const store: SharedStore | undefined = url === undefined ? undefined : onRedis(url)

function onRedis(url: string): SharedStore {
  const client = createClient({ url }).on('error', console.error)
  const connected = client.connect()
  return {
    getItem: async (key) => (await connected).get(key),
    setItem: async (key, value, { ttl = 60 } = {}) => (await connected).set(key, value, { EX: ttl }),
    removeItem: async (key) => (await connected).del(key),
    claim: async (key, value, seconds) =>
      Boolean(await (await connected).set(key, value, { EX: seconds, NX: true })),
    extend: async (key, seconds) => (await connected).expire(key, seconds),
  }
}
