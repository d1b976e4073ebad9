import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex')

/** The files in a folder, by name, with a hash of their content. */
export function hashesOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return new Map(
    files.map((file) => {
      const name = path.join(file.parentPath, file.name)
      return [path.relative(folder, name), hashOf(name)]
    }),
  )
}

/** The names of the files that are in one of the maps only, or differ. */
export const differences = (first, second) =>
  [...new Set([...first.keys(), ...second.keys()])].filter((name) => first.get(name) !== second.get(name))
