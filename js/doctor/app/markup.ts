import { readBraces, readScript } from './script.js'
import { readPhp } from './server-languages.js'
import type { Span } from './spans.js'

const BLOCK =
  /<!--[\s\S]*?(?:-->|$)|<style\b[^>]{0,500}>[\s\S]*?(?:<\/style>|$)|<script\b[^>]{0,500}>([\s\S]*?)(?:<\/script\s*>|$)/gi
/** `{{ … }}`, and the attributes of Vue whose values are code. */
const VUE = /\{\{([\s\S]{0,500}?)\}\}|\s(?:[@:#]|v-)[\w.:[\]-]+\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** Finds everything in a component of Vue that is not code: text, styles, comments, and what is in scripts. */
export const readVue = (text: string) =>
  readBlocks(text, 0, text.length, (from, to) =>
    parts(text, VUE, from, to).flatMap(([start, end]) => [...readScript(text, start, end), mark(start, end)]),
  )

/** The same for Svelte, where code is in braces. */
export const readSvelte = (text: string) =>
  readBlocks(text, 0, text.length, (from, to) => {
    const spans: Mark[] = []
    for (let at = text.indexOf('{', from); at >= 0 && at < to; at = text.indexOf('{', at)) {
      const { spans: inner, end } = readBraces(text, at + 1, to)
      if (end < 0) break
      spans.push(...inner, mark(at + 1, end))
      at = end
    }
    return spans
  })

const PHP = /<\?(?:php\b|=)?([\s\S]*?)(?:\?>|$)/g

/** Finds everything in a page of PHP that is no code of PHP. */
export function readPhpPage(text: string): Span[] {
  const spans: Span[] = []
  let at = 0
  for (const found of text.matchAll(PHP)) {
    spans.push({ kind: 'comment', start: at, end: found.index })
    at = found.index + found[0].length
    spans.push(...readPhp(text, found.index + 2, at))
  }
  return [...spans, { kind: 'comment', start: at, end: text.length }]
}

/** The HTML of a page of PHP. Every character keeps its place. */
export const htmlOf = (text: string) => text.replace(PHP, (part) => part.replace(/[^\n]/g, ' '))

/** Finds everything in HTML that is not code of a script. */
export const readHtml = (text: string) => readBlocks(text, 0, text.length, () => [])

/** A mark for a part that is code. It is only used to find the rest, which is not. */
type Mark = Span | { kind: 'code'; start: number; end: number }
const mark = (start: number, end: number): Mark => ({ kind: 'code', start, end })

/** Reads scripts, and the markup between them with `readMarkup`. */
function readBlocks(
  text: string,
  from: number,
  to: number,
  readMarkup: (from: number, to: number) => Mark[],
) {
  const marks: Mark[] = []
  let at = from
  for (const { 0: block, 1: script, index } of text.slice(from, to).matchAll(BLOCK)) {
    marks.push(...readMarkup(at, from + index))
    at = from + index + block.length
    if (script === undefined) continue
    const start = from + index + block.indexOf('>') + 1
    marks.push(...readScript(text, start, start + script.length), mark(start, start + script.length))
  }
  marks.push(...readMarkup(at, to))
  return withoutText(marks, from, to)
}

/** The comments and strings of the code, and everything between the parts that are code. */
function withoutText(marks: Mark[], from: number, to: number): Span[] {
  const spans: Span[] = marks.filter((it) => it.kind !== 'code')
  let at = from
  for (const { start, end } of marks.filter((it) => it.kind === 'code')) {
    if (start > at) spans.push({ kind: 'comment', start: at, end: start })
    at = Math.max(at, end)
  }
  if (to > at) spans.push({ kind: 'comment', start: at, end: to })
  return spans.sort((a, b) => a.start - b.start)
}

function parts(text: string, pattern: RegExp, from: number, to: number): [number, number][] {
  return [...text.slice(from, to).matchAll(pattern)].map((found) => {
    const value = found.slice(1).find((it) => it !== undefined) ?? ''
    // The value ends before the two braces, or before the quote.
    const end = from + found.index + found[0].length - (found[0].startsWith('{{') ? 2 : 1)
    return [end - value.length, end]
  })
}
