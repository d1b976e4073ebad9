import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Failure, root, run } from './run.mjs'

const manifest = (folder) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))

/** The manifest of a workspace under examples/, or undefined if that example does not exist. */
export function example(name) {
  const folder = path.join(root, 'examples', name)
  return existsSync(path.join(folder, 'package.json')) ? { folder, ...manifest(folder) } : undefined
}

/** Runs a command-line tool from node_modules, without a shell and without npx. */
export function tool(name, args, { from = name, ...options } = {}) {
  const folder = path.join(root, 'node_modules', from)
  if (!existsSync(folder)) throw new Failure(`${from} is not in node_modules: run npm install`)
  const { bin } = manifest(folder)
  return run(process.execPath, [path.join(folder, bin[name] ?? bin), ...args], { name, ...options })
}

/** Imports a package as it is resolved from the given folder. */
export async function importFrom(folder, name) {
  const file = createRequire(path.join(folder, 'package.json')).resolve(name)
  return import(pathToFileURL(file).href)
}

export const versionOf = (name) => manifest(path.join(root, 'node_modules', name)).version
