import path from 'node:path'
import { htmlOf, readHtml, readPhpPage, readSvelte, readVue } from './markup.js'
import { readScript } from './script.js'
import { readPython, readRuby } from './server-languages.js'
import { type Views, viewsOf } from './spans.js'

export type Language = 'php' | 'python' | 'ruby' | 'script'

const script = (text: string) => viewsOf(text, readScript(text))

/** What the files with each ending contain, and how it is read. */
const READERS: Record<string, [language: Language, read: (text: string) => Views][]> = {
  '.js': [['script', script]],
  '.jsx': [['script', script]],
  '.ts': [['script', script]],
  '.tsx': [['script', script]],
  '.mjs': [['script', script]],
  '.cjs': [['script', script]],
  '.vue': [['script', (text) => viewsOf(text, readVue(text))]],
  '.svelte': [['script', (text) => viewsOf(text, readSvelte(text))]],
  '.rb': [['ruby', (text) => viewsOf(text, readRuby(text))]],
  '.py': [['python', (text) => viewsOf(text, readPython(text))]],
  '.php': [
    ['php', (text) => viewsOf(text, readPhpPage(text))],
    ['script', (text) => viewsOf(htmlOf(text), readHtml(htmlOf(text)))],
  ],
}

/** The endings of the files that doctor reads. */
export const ENDINGS = Object.keys(READERS)

/** The code of a file, once for each language in it. */
export const codeOf = (file: string, text: string): Code[] =>
  (READERS[path.extname(file)] ?? []).map(([language, read]) => new Code(file, text, language, read(text)))

/** A part of the code, for example an argument. */
export interface Part {
  start: number
  end: number
  /** The code of the part, without comments. */
  text: string
}

/** More matches of one pattern in a file are not code that people have written. */
const MOST_MATCHES = 500
/** How much of brackets is read that are never closed. */
const UNCLOSED = 300
/** The arguments of a call that are read. */
const LONGEST_LIST = 5000
const CLOSING: Record<string, string> = { '(': ')', '[': ']', '{': '}' }

/** The code of one file, in a form in which patterns can be searched. */
export class Code {
  /** Without comments, and in components without the text between elements. Every character keeps its place. */
  readonly code: string
  /** The same without the text of strings. */
  readonly bare: string
  readonly #definitions = new Map<string, string>()
  #closing: Map<number, number> | undefined

  constructor(
    readonly file: string,
    readonly text: string,
    readonly language: Language,
    { code, bare }: Views,
  ) {
    this.code = code
    this.bare = bare
  }

  /** The matches of a global pattern that do not begin in a string. */
  find(pattern: RegExp): RegExpExecArray[] {
    return [...this.code.matchAll(pattern)]
      .filter(({ index }) => this.bare[index] === this.code[index] && this.code[index]?.trim())
      .slice(0, MOST_MATCHES)
  }

  /** Whether a module is imported, by its whole name or by a name that begins with it and a slash. */
  imports(...names: readonly string[]): boolean {
    const pattern = new RegExp(
      `(?:\\bfrom|\\bimport|\\brequire\\s*\\(|\\bimport\\s*\\()\\s*['"](?:${names.join('|')})(?:/[^'"]*)?['"]`,
    )
    return pattern.test(this.code)
  }

  /** The content of the brackets that open at a place. Without a closing bracket, the content is cut. */
  inside(open: number): Part {
    this.#closing ??= closingOf(this.bare)
    return this.part(open + 1, this.#closing.get(open) ?? Math.min(open + UNCLOSED, this.code.length))
  }

  /** The parts between the commas in brackets that open at a place. */
  list(open: number): Part[] {
    const { start, end: last } = this.inside(open)
    const end = Math.min(last, start + LONGEST_LIST)
    const parts: Part[] = []
    let from = start
    let depth = 0
    for (let at = start; at < end; at++) {
      const character = this.bare[at] ?? ''
      if ('([{'.includes(character)) depth++
      else if (')]}'.includes(character)) depth--
      else if (character === ',' && depth === 0) {
        parts.push(this.part(from, at))
        from = at + 1
      }
    }
    if (this.code.slice(from, end).trim()) parts.push(this.part(from, end))
    return parts
  }

  part(start: number, end: number): Part {
    const text = this.code.slice(start, end).trimStart()
    return { start: end - text.length, end, text: text.trimEnd() }
  }

  /** The code before a place, without line breaks. */
  before(at: number, length: number): string {
    return this.code.slice(Math.max(at - length, 0), at).replace(/\s+/g, ' ')
  }

  after(at: number, length: number): string {
    return this.code.slice(at, at + length)
  }

  /** The text of a string, or of the constant of this file that a name stands for; undefined for anything else. */
  literal(expression: string): string | undefined {
    const [, , literal] = /^(['"`])((?:(?!\1)[^\\\n$]|\\.)*)\1(?:\s+as\s+const)?$/.exec(expression) ?? []
    if (literal !== undefined) return literal
    const [, symbol] = /^:(\w+)$/.exec(expression) ?? []
    if (symbol) return symbol
    const [, name] = /(?:^|\.)([A-Za-z_$][\w$]*)$/.exec(expression) ?? []
    if (!name) return undefined
    const constant = new RegExp(
      `(?<![\\w$.])${escaped(name)}\\s*(?::\\s*\\w+\\s*)?[=:]\\s*(['"\`])([^'"\`\\n$]*)\\1`,
    )
    return constant.exec(this.code)?.[2]
  }

  /** The object that an expression is or names; undefined if it is not in this file. */
  object(expression: string): string | undefined {
    if (/^\{/.test(expression)) return expression
    const [, name] = /^([A-Za-z_$][\w$]*)(?:\([\w$.,\s]*\))?$/.exec(expression) ?? []
    return name ? this.definition(name) : undefined
  }

  /** The code of a function or an object of this file, from its name to the end of its braces. */
  definition(name: string): string | undefined {
    const known = this.#definitions.get(name)
    if (known !== undefined) return known || undefined
    const id = escaped(name)
    const declared = new RegExp(`\\bfunction\\s*\\*?\\s*${id}\\b|(?<![\\w$.])(?:const|let|var)\\s+${id}\\b`)
    // `name = () => {`, or a method.
    const assigned = new RegExp(
      `(?<![\\w$.])${id}\\s*(?:=(?!=)|\\([^()]{0,200}\\)\\s*(?::[^{}=;]{1,80})?\\{)`,
    )
    const found = declared.exec(this.bare) ?? assigned.exec(this.bare)
    const open = found ? this.bare.indexOf('{', this.#afterParameters(found.index + found[0].length)) : -1
    const isNear = found && open >= 0 && open - found.index < 400
    const text = isNear ? this.code.slice(found.index, this.inside(open).end + 1) : ''
    this.#definitions.set(name, text)
    return text || undefined
  }

  /** The parameters may have braces, too. */
  #afterParameters(at: number): number {
    const open = this.bare.slice(at - 1, at + 120).search(/\(/)
    const brace = this.bare.slice(at - 1, at + 120).search(/\{/)
    return open >= 0 && (brace < 0 || open < brace) ? this.inside(at - 1 + open).end : at
  }
}

/** The place of the closing bracket for each opening one. A bracket that is missing or too much is left out. */
function closingOf(bare: string): Map<number, number> {
  const pairs = new Map<number, number>()
  const open: { at: number; expected: string }[] = []
  for (const { 0: bracket, index: at } of bare.matchAll(/[()[\]{}]/g)) {
    const expected = CLOSING[bracket]
    if (expected) open.push({ at, expected })
    else {
      // A few brackets back, because the text of JSX may have single ones.
      const back = open
        .slice(-4)
        .map((it) => it.expected)
        .lastIndexOf(bracket)
      if (back < 0) continue
      const from = Math.max(open.length - 4, 0) + back
      const [opening] = open.splice(from)
      if (opening) pairs.set(opening.at, at)
    }
  }
  return pairs
}

export const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
