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

/** Words that APIs make names of: `refresh_token`, `userSession`. */
const USUAL =
  /^(access|account|api|app|auth|authorization|claim|client|connect|cookie|csrf|current|data|django|email|exp|expires|id|in|iss|jti|jwt|key|laravel|me|meta|name|payload|php|profile|refresh|result|role|roles|scope|sess|session|sessionid|sid|sub|token|tokens|type|user|username|uuid|xsrf)$/

/**
 * All secrets of a run. Whatever an API has sent goes through {@link scrub} before it can become part of a report. Our own
 * words do not: a password that is one of them could be read off the gap.
 */
export class Secrets {
  readonly #texts = new Set<string>()

  keep(text: string): Secret {
    for (const spelling of [text, encodeURIComponent(text)])
      if (spelling.length >= SHORTEST) this.#texts.add(spelling)
    return new Secret(text)
  }

  /** A value that the API has sent, without the secrets in it. */
  scrub(text: string): string {
    // Longest first: one secret may be part of another.
    const texts = [...this.#texts].sort((a, b) => b.length - a.length)
    return texts.reduce((text, it) => text.replaceAll(it, REDACTED), text)
  }

  /**
   * The same for the name of a cookie, a member or a claim. Names that are the same for every account stay: a gap in place of
   * `access_token` would tell the password of whoever has chosen that.
   */
  scrubName(name: string): string {
    const words = name.split(/[._-]|(?<=[a-z])(?=[A-Z])/)
    return words.every((word) => USUAL.test(word.toLowerCase())) ? name : this.scrub(name)
  }
}
