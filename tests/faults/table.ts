import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'

/** The table of `docs/fault-results.md`, which holds for every place of the vault and every tested browser. */
const file = path.resolve(import.meta.dirname, '../../docs/fault-results.md')

export interface Row {
  title: string
  atSignIn: string
  atRefresh: string
  atRequest: string
  atSignOut: string
}

const render = (id: string, { title, atSignIn, atRefresh, atRequest, atSignOut }: Row) =>
  `| \`${id}\` | ${title} | ${[atSignIn, atRefresh, atRequest, atSignOut].map((text) => `\`${text}\``).join(' | ')} |`

const isRowOf = (id: string) => (line: string) => line.startsWith(`| \`${id}\` |`)

/** The ids of the rows in the file. */
export const idsInTable = () =>
  [...readFileSync(file, 'utf8').matchAll(/^\| `([\w-]+)` \|/gm)].map(([, id]) => id)

/**
 * Compares the measured results with the row of the table. With `TOKENCELL_UPDATE=1` and one worker, it writes the row instead.
 *
 * @param where the browser and the place of the vault, for the message
 */
export function compareRow(id: string, row: Row, where: string) {
  const lines = readFileSync(file, 'utf8').split('\n')
  const at = lines.findIndex(isRowOf(id))
  if (process.env.TOKENCELL_UPDATE) {
    if (at >= 0) lines[at] = render(id, row)
    else lines.splice(lines.findLastIndex((line) => line.startsWith('|')) + 1, 0, render(id, row))
    writeFileSync(file, lines.join('\n'))
  } else expect(render(id, row), `docs/fault-results.md, in ${where}`).toBe(lines[at])
}
