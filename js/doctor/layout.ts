import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const INDENT = '    '
/** The width of the labels at the left. */
export const COLUMN = 9

/** A label, and the text beside it. */
export function labelled(label: string, text: string, width: number, column = COLUMN): string[] {
  return wrap(text, width - INDENT.length - column).map(
    (line, at) => `${INDENT}${(at === 0 ? label : '').padEnd(column)}${line}`,
  )
}

export function wrap(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line ? `${line} ${word}` : word
  }
  return lines
}

export const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`

export function group<Item>(items: Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return groups
}

/** The path of a file of this package, as a terminal can open it: relative if the file is below the working directory. */
export function installed(file: string): string {
  const absolute = fileURLToPath(new URL(`../../${file}`, import.meta.url))
  const relative = path.relative('', absolute)
  return relative.startsWith('..') ? absolute : relative
}
