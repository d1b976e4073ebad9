import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root, run } from './run.mjs'

/** The crates in the wasm, or that build it: by name, with the kind of their use. Tests and fuzz targets are left out. */
export async function crates() {
  const args = [
    'metadata',
    '--format-version',
    '1',
    '--locked',
    '--filter-platform',
    'wasm32-unknown-unknown',
  ]
  // Cargo may print a line of its own before, for example while another cargo runs.
  const text = (await run('cargo', args)).split('\n').find((line) => line.startsWith('{'))
  const { packages, resolve } = JSON.parse(text)
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]))
  const found = new Map()

  function add(id, use) {
    if (found.get(id) === use || found.get(id) === 'shipped') return
    found.set(id, use)
    for (const { pkg, dep_kinds } of nodes.get(id).deps) {
      const isMacro = packages
        .find((it) => it.id === pkg)
        .targets.some(({ kind }) => kind.includes('proc-macro'))
      const isNormal = dep_kinds.some(({ kind }) => kind === null)
      if (isNormal) add(pkg, isMacro ? 'build' : use)
      else if (dep_kinds.some(({ kind }) => kind === 'build')) add(pkg, 'build')
    }
  }

  for (const [name, use] of [
    ['tokencell', 'shipped'],
    ['bindgen', 'build'],
  ])
    add(packages.find((it) => it.name === name && it.source === null).id, use)
  return packages
    .filter(({ id, source }) => source !== null && found.has(id))
    .map(({ id, name, version, license, repository }) => ({
      name,
      version,
      license,
      repository,
      use: found.get(id),
    }))
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))
}

/** The npm packages that an installation of this package brings, by package-lock.json. */
export function packages() {
  const { packages: all } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
  const found = new Map()
  function add(name) {
    if (found.has(name)) return
    const { version, license, integrity, dependencies = {} } = all[`node_modules/${name}`]
    found.set(name, { name, version, license, integrity })
    Object.keys(dependencies).forEach(add)
  }
  Object.keys(all[''].dependencies).forEach(add)
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
