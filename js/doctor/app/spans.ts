/** A part of a file that is not code: a comment, or the text between the quotes of a string. */
export interface Span {
  kind: 'comment' | 'string'
  start: number
  end: number
}

export interface Views {
  /** The text without its comments. Every character keeps its place. */
  code: string
  /** The same without the text of strings, so that only names and brackets are left. */
  bare: string
}

/** Replaces the spans of a text by spaces. The spans are in the order of the text. */
export function viewsOf(text: string, spans: readonly Span[]): Views {
  const without = (kinds: readonly Span['kind'][]) => {
    let at = 0
    let view = ''
    for (const { kind, start, end } of spans) {
      if (!kinds.includes(kind)) continue
      view += text.slice(at, start) + text.slice(start, end).replace(/[^\n]/g, ' ')
      at = end
    }
    return view + text.slice(at)
  }
  return { code: without(['comment']), bare: without(['comment', 'string']) }
}

/** The end of what a sticky pattern matches at a place; undefined if it does not match. */
export function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}
