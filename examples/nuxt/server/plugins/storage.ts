import redisDriver from 'unstorage/drivers/redis'

/** A storage that several instances of this server share. It also needs NUXT_TOKENCELL_STORAGE=sessions. */
export default defineNitroPlugin(() => {
  const url = process.env.REDIS_URL
  if (url) useStorage().mount('sessions', redisDriver({ url, base: 'sessions' }))
})
