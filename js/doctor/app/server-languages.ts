import { endOf, type Span } from './spans.js'

/** The rest of a string or a comment after the character that begins it. */
interface Syntax {
  next: RegExp
  /** The rest after each beginning, and what it is. If the rest is missing, the beginning is an ordinary character. */
  rest: Record<string, [kind: Span['kind'], pattern: RegExp]>
}

const LINE = /[^\n]*/y
const SINGLE = /(?:[^\\\n']|\\[\s\S])*'/y
const DOUBLE = /(?:[^\\\n"]|\\[\s\S])*"/y

const PYTHON: Syntax = {
  next: /#|"""|'''|"|'/g,
  rest: {
    '#': ['comment', LINE],
    '"""': ['string', /(?:[^\\]|\\[\s\S])*?"""/y],
    "'''": ['string', /(?:[^\\]|\\[\s\S])*?'''/y],
    '"': ['string', DOUBLE],
    "'": ['string', SINGLE],
  },
}

const RUBY: Syntax = {
  next: /(?<![\w)\]])#(?!\{)|^=begin\b|^__END__$|"|'/gm,
  rest: {
    '#': ['comment', LINE],
    '=begin': ['comment', /[\s\S]*?\n=end\b/y],
    __END__: ['comment', /[\s\S]*/y],
    '"': ['string', DOUBLE],
    "'": ['string', SINGLE],
  },
}

const PHP: Syntax = {
  next: /\/\/|#(?!\[)|\/\*|<<<|"|'/g,
  rest: {
    '//': ['comment', /(?:(?!\?>)[^\n])*/y],
    '#': ['comment', /(?:(?!\?>)[^\n])*/y],
    '/*': ['comment', /[\s\S]*?\*\//y],
    '<<<': ['string', /(['"]?)(\w+)\1\n[\s\S]*?\n\s*\2\b/y],
    '"': ['string', /(?:[^\\"]|\\[\s\S])*"/y],
    "'": ['string', /(?:[^\\']|\\[\s\S])*'/y],
  },
}

export const readPython = (text: string) => read(text, PYTHON)
export const readRuby = (text: string) => read(text, RUBY)
/** Reads the part of a file that is PHP. */
export const readPhp = (text: string, from: number, to: number) =>
  read(text.slice(from, to), PHP).map(({ kind, start, end }) => ({
    kind,
    start: start + from,
    end: end + from,
  }))

function read(text: string, { next, rest }: Syntax): Span[] {
  const spans: Span[] = []
  /** What has a beginning without an end. Later beginnings have none either. */
  const endless = new Set<string>()
  next.lastIndex = 0
  for (let found = next.exec(text); found; found = next.exec(text)) {
    const [mark] = found
    const [kind, pattern] = rest[mark] ?? ['string', LINE]
    const start = found.index + mark.length
    const end = endless.has(mark) ? undefined : endOf(pattern, text, start)
    if (end === undefined && pattern !== SINGLE && pattern !== DOUBLE) endless.add(mark)
    if (end === undefined) continue
    spans.push(kind === 'comment' ? { kind, start: found.index, end } : { kind, start, end: end - 1 })
    next.lastIndex = end
  }
  return spans
}
