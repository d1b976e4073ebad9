import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Compares two folders. Resolves with the names of the files that differ. */
export function differences(wanted, present) {
  const names = (folder) => {
    try {
      return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    } catch {
      return []
    }
  }
  const text = (folder, name) => {
    try {
      return readFileSync(path.join(folder, name), 'utf8')
    } catch {
      return undefined
    }
  }
  const all = new Set([...names(wanted), ...names(present)])
  return [...all].filter((name) => text(wanted, name) !== text(present, name)).sort()
}
