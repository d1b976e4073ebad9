import { inspect } from 'node:util'

const REDACTED = '[redacted]'
/** Replacing shorter texts would garble a report, and hide nothing that is worth hiding. */
const SHORTEST = 6

/** A text that prints as nothing: only the wire asks for what it is. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** For requests, and for nothing else. */
  reveal(): string {
    return this.#text
  }

  equals(other: Secret | undefined): boolean {
    return other !== undefined && this.#text === other.#text
  }

  get length(): number {
    return this.#text.length
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}

/** All secrets of a run: what is printed goes through {@link scrub}, should one have slipped into a text after all. */
export class Secrets {
  readonly #texts = new Set<string>()

  keep(text: string): Secret {
    for (const spelling of [text, encodeURIComponent(text)])
      if (spelling.length >= SHORTEST) this.#texts.add(spelling)
    return new Secret(text)
  }

  /** A copy of plain data in which no string contains a secret. */
  scrub<T>(value: T): T {
    // Longest first: one secret may be part of another.
    const texts = [...this.#texts].sort((a, b) => b.length - a.length)
    const scrubbed = (value: unknown): unknown => {
      if (typeof value === 'string') return texts.reduce((text, it) => text.replaceAll(it, REDACTED), value)
      if (Array.isArray(value)) return value.map(scrubbed)
      if (value === null || typeof value !== 'object') return value
      return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, scrubbed(it)]))
    }
    return scrubbed(value) as T
  }
}
