import { readFileSync } from 'node:fs'
import path from 'node:path'

/** The tables hold for every place of the vault and every tested browser. */
export const file = path.resolve(import.meta.dirname, '../../docs/fault-results.md')

/** The ids of the rows in the file. */
export const idsInTable = () =>
  [...readFileSync(file, 'utf8').matchAll(/^\| `([\w-]+)` \|/gm)].map(([, id]) => id)
