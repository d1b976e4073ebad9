import { endOf, type Span } from './spans.js'

/** What begins or ends something in JavaScript and TypeScript. */
const NEXT = /\/\/|\/\*|["'`/{}]/g
const STRING = { '"': /(?:[^\\\n"]|\\[\s\S])*"/y, "'": /(?:[^\\\n']|\\[\s\S])*'/y }
const REGEXP = /(?:[^\\\n[/]|\\.|\[(?:[^\\\n\]]|\\.){0,100}\]){1,1000}\/[a-z]*/y
/** After these, a slash begins a regular expression. After a name, a number or a bracket, it divides. */
const BEFORE_REGEXP =
  /(?:^|[(,=:[!&|?{};+\-*%~^\n]|=>|\b(?:return|typeof|case|in|of|do|else|void|throw|await|yield))[ \t]*$/
/** Templates in templates. More than this is not code that people write. */
const DEEPEST = 40

/**
 * Finds comments and strings of JavaScript, TypeScript and JSX. The text between two elements of JSX is not code and may
 * contain single quotes: a quote without a second one in its line is an ordinary character.
 */
export function readScript(text: string, from = 0, to = text.length): Span[] {
  const reader = new Reader(text, to)
  reader.read(from, 0, false)
  return reader.spans
}

/** The end of the code in braces whose first character is at `from`: the place of the closing brace. */
export function readBraces(text: string, from: number, to: number): { spans: Span[]; end: number } {
  const reader = new Reader(text, to)
  const end = reader.read(from, 1, true)
  return { spans: reader.spans, end }
}

class Reader {
  readonly spans: Span[] = []
  /** Off after a backtick that has no second one, because then the others do not mark templates either. */
  #hasTemplates = true
  #hasCommentEnd = true

  constructor(
    readonly text: string,
    readonly to: number,
  ) {}

  /** Reads to the end, or to the brace that closes. Returns the place of that brace, or -1. */
  read(from: number, depth: number, stopsAtBrace: boolean): number {
    const next = new RegExp(NEXT)
    let open = 0
    let at = from
    for (;;) {
      next.lastIndex = at
      const found = next.exec(this.text)
      if (!found || found.index >= this.to) return -1
      const [mark] = found
      if (mark === '{') open++
      if (mark === '}' && --open < 0) {
        if (stopsAtBrace) return found.index
        open = 0
      }
      at = this.#skip(mark, found.index, depth)
    }
  }

  /** The end of what begins here. */
  #skip(mark: string, at: number, depth: number): number {
    if (mark === '//') return this.#lineComment(at)
    if (mark === '/*') return this.#blockComment(at)
    if (mark === '/') return this.#regexp(at)
    if (mark === '`') return this.#template(at, depth)
    if (mark === '"' || mark === "'") return this.#string(mark, at)
    return at + 1
  }

  /** The end of a comment with two marks. After one without an end, others have none either. */
  #blockComment(at: number): number {
    const end = this.#hasCommentEnd ? this.text.indexOf('*/', at + 2) : -1
    this.#hasCommentEnd = end >= 0
    return this.#comment(at, end + 2)
  }

  #lineComment(at: number): number {
    // The URL in `<a>https://example.com</a>`.
    if (/[a-z]:$/i.test(this.text.slice(at - 2, at)) && /\S/.test(this.text[at + 2] ?? '')) return at + 2
    const end = this.text.indexOf('\n', at)
    return this.#comment(at, end < 0 ? this.to : end)
  }

  #comment(start: number, end: number): number {
    if (end < start || end > this.to) return start + 2
    this.spans.push({ kind: 'comment', start, end })
    return end
  }

  #string(quote: '"' | "'", at: number): number {
    const end = endOf(STRING[quote], this.text, at + 1)
    // The `'` in `<p>Don't</p>`, but not in `return'x'`.
    const around = this.text.slice(Math.max(at - 8, 0), at + 2)
    const isApostrophe =
      /[a-z]'[a-z]$/i.test(around) && !/\b(?:case|return|in|of|from|import)'.$/.test(around)
    if (isApostrophe || end === undefined || end > this.to) return at + 1
    this.spans.push({ kind: 'string', start: at + 1, end: end - 1 })
    return end
  }

  #regexp(at: number): number {
    const before = this.text.slice(Math.max(at - 12, 0), at)
    // `</div>` and `<br />` are JSX.
    if (!BEFORE_REGEXP.test(before) || this.text[at + 1] === '>') return at + 1
    const end = endOf(REGEXP, this.text, at + 1)
    if (end === undefined || end > this.to) return at + 1
    this.spans.push({ kind: 'string', start: at + 1, end: this.text.lastIndexOf('/', end - 1) })
    return end
  }

  #template(at: number, depth: number): number {
    if (!this.#hasTemplates || depth > DEEPEST) return at + 1
    const known = this.spans.length
    const end = this.#templateEnd(at + 1, depth)
    if (end >= 0) return end
    this.spans.length = known
    this.#hasTemplates = false
    return at + 1
  }

  #templateEnd(from: number, depth: number): number {
    const next = /\\[\s\S]|`|\$\{/g
    let start = from
    for (;;) {
      next.lastIndex = start
      let found = next.exec(this.text)
      while (found?.[0].startsWith('\\')) found = next.exec(this.text)
      if (!found || found.index >= this.to) return -1
      this.spans.push({ kind: 'string', start, end: found.index })
      if (found[0] === '`') return found.index + 1
      const brace = this.read(found.index + 2, depth + 1, true)
      if (brace < 0) return -1
      start = brace + 1
    }
  }
}
