import { inspect } from 'node:util'

const REDACTED = '[redacted]'
/** Replacing shorter texts would make a report unreadable, and hide nothing that is worth hiding. */
const SHORTEST = 6

/** A text that is never printed. Only the transport needs its value. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** For requests only. */
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

/** Words that APIs use in names: `refresh_token`, `userSession`. */
const USUAL =
  /^(access|account|api|app|auth|authorization|claim|client|connect|cookie|csrf|current|data|django|email|exp|expires|id|in|iss|jti|jwt|key|laravel|me|meta|name|payload|php|profile|refresh|result|role|roles|scope|sess|session|sessionid|sid|sub|token|tokens|type|user|username|uuid|xsrf)$/

/**
 * All secrets of a run. Every text from an API passes through {@link scrub} before it becomes part of a report. The texts
 * of doctor itself do not: if a password were one of their words, the gap would reveal it.
 */
export class Secrets {
  readonly #texts = new Set<string>()

  keep(text: string): Secret {
    for (const spelling of [text, encodeURIComponent(text)])
      if (spelling.length >= SHORTEST) this.#texts.add(spelling)
    return new Secret(text)
  }

  /** Returns a value that the API has sent, without the secrets in it. */
  scrub(text: string): string {
    // Longest first: one secret may be part of another.
    const texts = [...this.#texts].sort((a, b) => b.length - a.length)
    return texts.reduce((text, it) => text.replaceAll(it, REDACTED), text)
  }

  /**
   * The same for the name of a cookie, a member or a claim. Usual names stay: if a user's password were `access_token`, a
   * gap in place of that name would reveal it.
   */
  scrubName(name: string): string {
    const words = name.split(/[._-]|(?<=[a-z])(?=[A-Z])/)
    return words.every((word) => USUAL.test(word.toLowerCase())) ? name : this.scrub(name)
  }
}
