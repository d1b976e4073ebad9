import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { announced, run } from '../scripts/run.mjs'

const folder = path.join(import.meta.dirname, 'peers')

/** Installs the other packages, unless they are already installed. Their optional peers are not needed for a bundle. */
export async function installPeers() {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(folder, 'package-lock.json')))
    .digest('hex')
  const done = path.join(folder, 'node_modules/.lock-hash')
  if (existsSync(done) && readFileSync(done, 'utf8') === lock) return
  const options = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund']
  await announced('npm ci of bench/peers', run('npm', ['ci', ...options], { cwd: folder }))
  writeFileSync(done, lock)
}

/** The versions that were measured. */
export function versions() {
  const { devDependencies } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  return devDependencies
}
