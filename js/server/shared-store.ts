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
  /**
   * Lets what was claimed live for so many seconds from now: `EXPIRE key seconds` of Redis. Beside `claim`: with it, the others take
   * over within 8 s when an instance dies in the middle of a refresh; without it, within 75 s.
   */
  extend?(key: string, seconds: number): unknown
  /** Gives back what was claimed, where `removeItem` does not reach it. */
  release?(key: string): unknown
}
