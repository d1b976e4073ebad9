/** In characters. */
const SHORT = 20

/** The line of a place in a text, counted from 1. */
export function lineOf(text: string, at: number): number {
  let line = 1
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) line++
  return line
}

/** The text of that line. What follows a short line, such as `"Authorization"`, is added to it. */
export function lineText(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1) + 1
  const [first = '', ...next] = text.slice(start, start + 2000).split('\n')
  let line = first.trim()
  while (line.length < SHORT && next.length > 0) line = `${line} ${next.shift()?.trim()}`.trim()
  return line
}
