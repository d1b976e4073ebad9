import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const scripts = new URL('../../scripts/', import.meta.url)

interface Entry {
  name: string
  version: string
  use?: 'shipped' | 'build'
}

const { crates, packages } = (await import(new URL('crates.mjs', scripts).href)) as {
  crates(): Promise<Entry[]>
  packages(): Entry[]
}
const { sbom } = (await import(new URL('sbom.mjs', scripts).href)) as {
  sbom(): Promise<{ components: { purl: string; licenses: unknown[] }[] }>
}

const docs = readFileSync(new URL('../../docs/dependencies.md', import.meta.url), 'utf8')

/** The names and versions in the table below this heading. */
function listed(heading: string): string[] {
  const [, text = ''] = docs.split(`\n## ${heading}\n`)
  const [table = ''] = text.split('\n## ')
  return [...table.matchAll(/^\| `(.+?)` +\| (\S+) +\| \S.* \|$/gm)]
    .map(([, name, version]) => `${name}@${version}`)
    .sort()
}

const names = (entries: Entry[]) => entries.map(({ name, version }) => `${name}@${version}`).sort()

test('docs/dependencies.md lists the crates in the wasm', async () => {
  const shipped = (await crates()).filter(({ use }) => use === 'shipped')
  expect(shipped.length).toBeGreaterThan(3)
  expect(listed('In the wasm')).toEqual(names(shipped))
})

test('docs/dependencies.md lists what an installation brings', () => {
  expect(packages().length).toBeGreaterThan(3)
  expect(listed('With the npm package')).toEqual(names(packages()))
})

test('docs/dependencies.md lists what takes part in the build', async () => {
  const { devDependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const tools = ['binaryen', 'typescript'].map((name) => ({ name, version: devDependencies[name] }))
  const build = (await crates()).filter(({ use }) => use === 'build')
  expect(listed('In the build')).toEqual(names([...tools, ...build]))
})

test('the bill of materials is the same each time, and every component has a licence', async () => {
  const first = await sbom()
  expect(await sbom()).toEqual(first)
  const purls = first.components.map(({ purl }) => purl)
  expect(purls).toContainEqual(expect.stringMatching(/^pkg:cargo\/zeroize@/))
  expect(purls).toContainEqual(expect.stringMatching(/^pkg:npm\/jose@/))
  expect(first.components.every(({ licenses }) => licenses.length > 0)).toBe(true)
})
