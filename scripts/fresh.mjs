import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './run.mjs'

/**
 * Runs `work`, unless it was done before with the same inputs and its outputs have not changed since.
 * Inputs and outputs are files or folders relative to the root. `salt` is any other text that the result depends on.
 */
export async function fresh(name, { inputs, outputs, salt = '' }, work) {
  const stamp = path.join(root, 'target/steps', name)
  // Before the work, so that an edit during the work counts as a change next time.
  const before = hash(inputs, salt)
  const state = () => `${before} ${hash(outputs)}`
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state()) return false
  rmSync(stamp, { force: true })
  await work()
  mkdirSync(path.dirname(stamp), { recursive: true })
  writeFileSync(stamp, state())
  return true
}

function hash(places, salt = '') {
  const sum = createHash('sha256').update(salt)
  for (const place of places)
    for (const file of filesIn(path.join(root, place)))
      sum.update(`\0${path.relative(root, file)}\0`).update(readFileSync(file))
  return sum.digest('hex')
}

const generated = new Set(['node_modules', 'dist', '.vite'])

function filesIn(place) {
  if (!existsSync(place)) return []
  if (!statSync(place).isDirectory()) return [place]
  const names = readdirSync(place).filter((name) => !generated.has(name))
  return names.sort().flatMap((name) => filesIn(path.join(place, name)))
}

/** Makes `to` equal to `from`, and writes only files that differ. Files that `skip` accepts are not touched. */
export function mirror(from, to, skip) {
  const [source, goal] = [path.join(root, from), path.join(root, to)]
  const wanted = (folder) =>
    filesIn(folder)
      .map((file) => path.relative(folder, file))
      .filter((name) => !skip(name))
  const keep = new Set(wanted(source))
  for (const name of wanted(goal)) if (!keep.has(name)) rmSync(path.join(goal, name))
  for (const name of keep) {
    const [text, file] = [readFileSync(path.join(source, name)), path.join(goal, name)]
    if (existsSync(file) && readFileSync(file).equals(text)) continue
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
