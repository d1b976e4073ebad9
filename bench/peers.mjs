import { readFileSync } from 'node:fs'
import path from 'node:path'
import { installFolder } from '../scripts/install.mjs'

/** The folder with their `node_modules`. */
export const folder = path.join(import.meta.dirname, 'peers')

/** Installs the other packages. Their optional peers are not needed for a bundle. */
export const installPeers = () =>
  installFolder(folder, ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'])

/** The versions that were measured. */
export function versions() {
  const { devDependencies } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  return devDependencies
}
