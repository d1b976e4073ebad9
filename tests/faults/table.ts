import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from '@playwright/test'
import { file } from './ids.js'

export interface Row {
  id: string
  title: string
  /** The results of the calls, in the order of the columns. */
  results: string[]
}

const render = ({ id, title, results }: Row) =>
  `| \`${id}\` | ${title} | ${results.map((result) => `\`${result}\``).join(' | ')} |`

const isRowOf = (id: string) => (line: string) => line.startsWith(`| \`${id}\` |`)

/** Whether a line belongs to the table with as many columns. */
const isRowLike =
  ({ results }: Row) =>
  (line: string) =>
    line.startsWith('|') && line.split(' | ').length === results.length + 2

/**
 * Compares the measured results with the row of the table. With `TOKENCELL_UPDATE=1` and one worker, it writes the row instead.
 *
 * @param where the browser and the place of the vault, for the message
 */
export function compareRow(row: Row, where: string) {
  const lines = readFileSync(file, 'utf8').split('\n')
  const at = lines.findIndex(isRowOf(row.id))
  if (process.env.TOKENCELL_UPDATE) {
    if (at >= 0) lines[at] = render(row)
    else lines.splice(lines.findLastIndex(isRowLike(row)) + 1, 0, render(row))
    writeFileSync(file, lines.join('\n'))
  } else expect(render(row), `docs/fault-results.md, in ${where}`).toBe(lines[at])
}
