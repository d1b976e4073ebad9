import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { hashOf } from './hashes.mjs'
import { announced, Failure, program, root, run } from './run.mjs'

/**
 * Installs everything that the other scripts need on a machine with only Node and rustup.
 *
 * `meanwhile` is called as soon as Rust is installed, and runs while npm downloads packages.
 */
export async function install({ meanwhile = async () => {} } = {}) {
  requireNode()
  await requireRust()
  await Promise.all([installPackages(), meanwhile()])
}

const newer = (version, least) => version.localeCompare(least, 'en', { numeric: true }) >= 0

function requireNode() {
  const { engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const least = engines.node.replace('>=', '')
  if (newer(process.versions.node, least)) return
  throw new Failure(
    `Node ${least} or newer is needed and this is ${process.versions.node}: run nvm install 22`,
  )
}

const ask = (command, ...args) => spawnSync(command, args, { cwd: root, encoding: 'utf8' })

async function requireRust() {
  if (ask('cargo', '--version').error)
    throw new Failure(
      "Rust is missing (no cargo found): run curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh",
    )
  if (ask('rustc', '--version').status !== 0)
    await rustup('toolchain', 'install', 'stable', '--profile', 'minimal')

  const least = readFileSync(path.join(root, 'Cargo.toml'), 'utf8').match(/^rust-version = "(.+)"/m)[1]
  const version = ask('rustc', '--version').stdout.split(' ')[1]
  if (!newer(version, least))
    throw new Failure(`Rust ${least} or newer is needed and this is ${version}: run rustup update stable`)

  const sysroot = ask('rustc', '--print', 'sysroot').stdout.trim()
  const lacks = (file) => !existsSync(path.join(sysroot, file))
  if (lacks('lib/rustlib/wasm32-unknown-unknown')) await rustup('target', 'add', 'wasm32-unknown-unknown')
  if (lacks('bin/cargo-clippy') || lacks('bin/rustfmt')) await rustup('component', 'add', 'clippy', 'rustfmt')
}

async function rustup(...args) {
  const command = `rustup ${args.join(' ')}`
  if (ask('rustup', '--version').error)
    throw new Failure(`rustup is missing, so ${command} cannot run: install it from https://rustup.rs`)
  await announced(command, run('rustup', args))
}

async function installPackages() {
  const lock = path.join(root, 'package-lock.json')
  const stamp = path.join(root, 'node_modules', '.lock-hash')
  if (existsSync(lock)) return installFolder(root).catch(explainLock)
  await announced('npm install', run('npm', ['install']))
  writeFileSync(stamp, hashOf(lock))
}

/**
 * Installs the packages of a folder with a lock file of its own, unless they are already installed.
 *
 * @param options for `npm ci`
 */
export async function installFolder(folder, options = []) {
  const hash = hashOf(path.join(folder, 'package-lock.json'))
  const stamp = path.join(folder, 'node_modules', '.lock-hash')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  const name = path.relative(root, folder)
  await announced(`npm ci${name && ` of ${name}`}`, run('npm', ['ci', ...options], { cwd: folder }))
  writeFileSync(stamp, hash)
}

function explainLock(error) {
  if (!error.output?.includes('in sync')) throw error
  throw new Failure('package-lock.json does not fit package.json: run npm install and commit the lock file')
}

await program(import.meta.url, () => install())
