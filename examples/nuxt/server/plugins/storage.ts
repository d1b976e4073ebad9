import redisDriver from 'unstorage/drivers/redis'

/** What several instances of this server share; with it, NUXT_TOKENCELL_STORAGE=sessions. */
export default defineNitroPlugin(() => {
  const url = process.env.REDIS_URL
  if (url) useStorage().mount('sessions', redisDriver({ url, base: 'sessions' }))
})
