interface Entry<Value> {
  value: Value
  size: number
  /** In milliseconds since the epoch. */
  until: number
}

interface Limits<Value> {
  entries: number
  /** Of all values together, as {@link Limits.sizeOf} measures them. */
  size?: number
  sizeOf?: (value: Value) => number
}

/**
 * A map whose entries have a time to live, which is compared when an entry is read. No timer is involved: on some hosts none
 * fires after a response. Of too many entries, those go that have been used least recently.
 *
 * Not `lru-cache`: most projects have an old version of it at the top, and that is the one that Nitro gives to what it bundles.
 */
export class ExpiringMap<Value> {
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #limits: Required<Limits<Value>>
  #size = 0

  constructor({ entries, size = Number.POSITIVE_INFINITY, sizeOf = () => 0 }: Limits<Value>) {
    this.#limits = { entries, size, sizeOf }
  }

  /** How many entries there are. Some of them may have expired. */
  get size(): number {
    return this.#entries.size
  }

  get(key: string): Value | undefined {
    const entry = this.#take(key)
    if (!entry || entry.until <= Date.now()) return undefined
    this.#put(key, entry)
    return entry.value
  }

  /** @param ttl in milliseconds */
  set(key: string, value: Value, ttl: number) {
    const size = this.#limits.sizeOf(value)
    this.#take(key)
    if (size > this.#limits.size) return
    this.#put(key, { value, size, until: Date.now() + ttl })
    for (const [first, { until }] of this.#entries) {
      if (until > Date.now() && this.#entries.size <= this.#limits.entries && this.#size <= this.#limits.size)
        break
      this.#take(first)
    }
  }

  delete(key: string) {
    this.#take(key)
  }

  clear() {
    this.#entries.clear()
    this.#size = 0
  }

  #take(key: string): Entry<Value> | undefined {
    const entry = this.#entries.get(key)
    if (this.#entries.delete(key)) this.#size -= entry?.size ?? 0
    return entry
  }

  /** At the end, as the one that was used last. */
  #put(key: string, entry: Entry<Value>) {
    this.#entries.set(key, entry)
    this.#size += entry.size
  }
}
