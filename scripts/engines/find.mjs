import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Failure } from '../run.mjs'
import { commandFor } from './apt.mjs'
import { programs } from './table.mjs'

const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(path.delimiter)]

function findPart({ variable, names = [], places = [] }) {
  const named = process.env[variable]
  if (named && !existsSync(named))
    throw new Failure(`${variable} names ${named}, which does not exist: correct it, or leave it out`)
  const inPath = names.flatMap((name) => folders.map((folder) => path.join(folder, name)))
  const elsewhere = typeof places === 'function' ? places() : places
  return named || [...inPath, ...elsewhere].find((file) => existsSync(file))
}

const partsOf = (name) =>
  Object.entries(programs[name].parts).map(([part, how]) => [part, findPart(how), how.variable])

/** A sentence with the missing parts of an engine and the fix; undefined if nothing is missing. */
export function missing(name) {
  const { title, trial } = programs[name]
  const [[, file]] = partsOf(name)
  const isComplete = !file || !trial || spawnSync(file, trial).status === 0
  const gaps = partsOf(name).filter(([, file]) => !file || !isComplete)
  if (!gaps.length) return undefined
  const what = gaps.length === partsOf(name).length ? title : `${gaps.map(([part]) => part)} of ${title}`
  const command = commandFor(name)
  const mend = command ? `run ${command}, or set` : 'set'
  return `${what} not found: ${mend} ${gaps.map(([, , variable]) => variable).join(' and ')}`
}

/** The files of an engine, by part. Throws a `Failure` if one is missing. */
export function engine(name) {
  const sentence = missing(name)
  if (sentence) throw new Failure(sentence)
  return Object.fromEntries(partsOf(name))
}
