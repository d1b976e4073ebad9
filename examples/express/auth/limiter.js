import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { RateLimiterPostgres, RateLimiterSQLite } from 'rate-limiter-flexible'
import { isSqlite } from './database.js'
import { Refusal } from './refusal.js'

/** Limits on guessing. The counts are in the database, so all processes share them. Contract, 26. */
export function createLimiter(db, { failures: { perAddress, perAccount, seconds } }) {
  const Limiter = isSqlite(db) ? RateLimiterSQLite : RateLimiterPostgres
  const create = (keyPrefix, points) =>
    new Limiter({
      storeClient: db,
      storeType: 'knex',
      tableName: 'auth_failures',
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix,
      points,
      duration: seconds,
    })
  const byAccount = create('account', perAccount)
  const byAddress = create('address', perAddress)

  return {
    /**
     * Counts a failure first, and removes it if `attempt` succeeds. So concurrent guesses are counted, too.
     * @template T
     * @param {{ address: string, email: string }} who
     * @param {() => Promise<T>} attempt returns nothing if it fails
     * @throws {Refusal} 429
     */
    async limit({ address, email }, attempt) {
      const network = networkOf(address)
      const account = createHash('sha256').update(`${network} ${email}`).digest('base64url')
      await consume(byAccount, account)
      await consume(byAddress, network)
      const result = await attempt()
      if (result) await Promise.all([byAccount.reward(account), byAddress.reward(network)])
      return result
    },
  }
}

async function consume(limiter, key) {
  try {
    await limiter.consume(key)
  } catch (error) {
    if (error instanceof Error) throw error
    throw new Refusal(429, 'too_many_attempts', {}, { 'Retry-After': Math.ceil(error.msBeforeNext / 1000) })
  }
}

/** The first half of an IPv6 address: one customer has 2^64 addresses, which differ in the second half. */
export function networkOf(address = 'unknown') {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped) return mapped[1]
  if (!isIPv6(address)) return address
  const [head, tail] = address.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = Array(8).fill('0')
  const groups = tail ? [...head, ...zeros.slice(head.length + tail.length), ...tail] : head
  return groups.slice(0, 4).join(':').toLowerCase()
}
