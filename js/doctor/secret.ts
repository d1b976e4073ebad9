import { inspect } from 'node:util'
import { printable } from './printable.js'

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

/** From this length, a secret is found in any case, and parts of it as well. Shorter texts could be words. */
const LONG = 12
/** Separators in cookies and tokens, such as `s:id.signature`. */
const SEPARATORS = /[^A-Za-z0-9_-]+/

/**
 * All secrets of a run. Every text from an API passes through {@link Secrets.printable} before it becomes part of a report.
 * The texts of doctor itself do not: if a password were one of their words, the gap would reveal it.
 */
export class Secrets {
  readonly #texts = new Set<string>()
  /** Secrets that cannot be words of doctor, unlike a password. */
  readonly #random = new Set<string>()

  keep(text: string): Secret {
    for (const spelling of spellingsOf(text)) {
      if (spelling.length < SHORTEST) continue
      this.#texts.add(spelling)
      if (spelling.length >= LONG && /\d|.{24}/.test(spelling)) this.#random.add(spelling)
    }
    return new Secret(text)
  }

  /** The e-mail address or the password of the account. It may be an ordinary word. */
  keepCredential(text: string): Secret {
    for (const spelling of [text, encodeURIComponent(text)])
      if (spelling.length >= SHORTEST) this.#texts.add(spelling)
    return new Secret(text)
  }

  /** Returns a value that the API has sent, without the secrets in it. */
  scrub(text: string): string {
    return without(this.#texts, text)
  }

  /**
   * The same for the name of a cookie, a member or a claim. Usual names stay: if a user's password were `access_token`, a
   * gap in place of that name would reveal it.
   */
  scrubName(name: string): string {
    const words = name.split(/[._-]|(?<=[a-z])(?=[A-Z])/)
    return words.every((word) => USUAL.test(word.toLowerCase())) ? name : this.scrub(name)
  }

  /** A text of the API for a report. It is cleaned before it is cut, because a part of a secret is not recognised. */
  printable(text: string, longest?: number): string {
    return printable(this.scrub(text), longest)
  }

  printableName(name: string): string {
    return printable(this.scrubName(name))
  }

  /** The value of a header, most of whose words are those of HTTP. */
  printableHeader(value: string): string {
    return printable(
      value.replace(/[^\s,;="]+/g, (word) => this.scrubName(word)),
      300,
    )
  }

  /**
   * Removes cookies and tokens from everything in a report. A name may have been read before the response that shows that
   * it is a secret.
   */
  clean<Value>(value: Value): Value {
    if (typeof value === 'string') return without(this.#random, value) as Value
    if (Array.isArray(value)) return value.map((it) => this.clean(it)) as Value
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, this.clean(it)])) as Value
  }
}

/** A secret as an API may write it: encoded or decoded, and its parts, such as the id in a signed cookie. */
function spellingsOf(text: string): Set<string> {
  const decoded = decode(text)
  const wholes = [text, decoded]
  const parts = wholes.flatMap((whole) => whole.split(SEPARATORS)).filter((part) => part.length >= LONG)
  return new Set(
    [...wholes, ...parts].flatMap((whole) => [
      whole,
      encodeURIComponent(whole),
      JSON.stringify(whole).slice(1, -1),
      ...(['base64', 'base64url', 'hex'] as const).map((encoding) => Buffer.from(whole).toString(encoding)),
    ]),
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function without(texts: ReadonlySet<string>, from: string): string {
  // Longest first: one secret may be part of another.
  const sorted = [...texts].sort((a, b) => b.length - a.length)
  return sorted.reduce((text, secret) => {
    if (secret.length < LONG) return text.replaceAll(secret, REDACTED)
    // Names of headers are in lower case, and reports write them in another.
    return text.toLowerCase().includes(secret.toLowerCase())
      ? text.replace(new RegExp(escaped(secret), 'gi'), REDACTED)
      : text
  }, from)
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
