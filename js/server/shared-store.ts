/** A store that several instances share, such as `createStorage({ driver: redisDriver(…) })` of unstorage. */
export interface SharedStore {
  getItem(key: string): unknown
  setItem(key: string, value: string, options?: { ttl?: number }): unknown
  removeItem(key: string): unknown
  /**
   * Sets a key if it is not set yet, in one atomic step, and returns whether it did: `SET key value EX seconds NX` of
   * Redis. Without `claim`, an instance writes the key, waits 100 ms and reads the key again, to find out which instance
   * wrote last. This is correct only if no instance stalls between its read and its write.
   */
  claim?(key: string, value: string, seconds: number): boolean | Promise<boolean>
  /**
   * Sets how long a claimed key lives from now, in seconds: `EXPIRE key seconds` of Redis. Use it together with `claim`.
   * With `extend`, other instances take over within 8 s when an instance dies during a refresh; without it, within 75 s.
   */
  extend?(key: string, seconds: number): unknown
  /** Deletes a claimed key. Needed if `removeItem` cannot delete a key that `claim` has set. */
  release?(key: string): unknown
}
