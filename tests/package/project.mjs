import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { Failure, root, run, seconds } from '../../scripts/run.mjs'

const here = path.join(root, 'tests/package')
export const sources = path.join(here, 'sources')
export const projects = path.join(here, 'projects')
const work = path.join(root, 'target/package')

const digest = (file) => createHash('sha256').update(readFileSync(file)).digest('hex')

/** Packs the current pkg/ into the tarball that would be published: `{ file, hash }`. */
export async function pack() {
  if (!existsSync(path.join(root, 'pkg/index.js'))) throw new Failure('pkg/ is missing: run npm run build')
  mkdirSync(work, { recursive: true })
  const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const file = path.join(work, `${name}-${version}.tgz`)
  // Another worker of Playwright may read the tarball of that name at this moment.
  const folder = mkdtempSync(path.join(work, 'pack-'))
  // Without the npm scripts, which would build pkg/.
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder])
  renameSync(path.join(folder, path.basename(file)), file)
  rmdirSync(folder)
  return { file, hash: digest(file) }
}

/**
 * A folder below target/package with only the project, its dependencies and the tarball.
 * The dependencies are installed when the lock file has changed, the tarball when the tarball has changed.
 */
export async function install(name, tarball) {
  const folder = path.join(work, name)
  const lock = path.join(projects, name, 'package-lock.json')
  await stamped(path.join(folder, 'node_modules/.lock'), digest(lock), async () => {
    rmSync(folder, { recursive: true, force: true })
    cpSync(path.join(projects, name), folder, { recursive: true })
    const began = performance.now()
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
    console.log(`npm ci for ${name}, ${seconds(began)}`)
    mkdirSync(path.join(folder, 'node_modules'), { recursive: true })
  })
  const installed = path.join(folder, 'node_modules/tokencell')
  await stamped(path.join(folder, 'node_modules/.tarball'), tarball.hash, () => {
    rmSync(installed, { recursive: true, force: true })
    mkdirSync(installed)
    execFileSync('tar', ['-xzf', tarball.file, '-C', installed, '--strip-components=1'])
    addDependencies(installed, path.join(installed, 'node_modules'))
  })
  return folder
}

/** Copies the dependencies of the package from this repository to below the package, like npm when versions conflict. */
function addDependencies(folder, modules) {
  const { dependencies = {} } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies)) {
    const to = path.join(modules, name)
    if (existsSync(to)) continue
    cpSync(path.join(root, 'node_modules', name), to, { recursive: true })
    addDependencies(to, modules)
  }
}

/** Runs `work` unless the file contains `state`, which means that it was already done. */
async function stamped(file, state, work) {
  if (existsSync(file) && readFileSync(file, 'utf8') === state) return
  rmSync(file, { force: true })
  await work()
  writeFileSync(file, state)
}

const kept = new Set(['node_modules', 'package.json', 'package-lock.json'])
const caches = ['.vite', '.vite-temp', '.cache']

/** Empties the folder, including caches, and copies each `from` to its `to`. Later copies overwrite earlier ones. */
export function fill(folder, sources) {
  for (const name of readdirSync(folder)) if (!kept.has(name)) remove(folder, name)
  for (const name of caches) remove(folder, 'node_modules', name)
  for (const [from, to] of sources) cpSync(from, path.join(folder, to), { recursive: true })
}

const remove = (...names) => rmSync(path.join(...names), { recursive: true, force: true })
