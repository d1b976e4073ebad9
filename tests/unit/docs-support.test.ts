import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const { engines, peerDependencies, version } = JSON.parse(read('package.json'))
const page = read('docs/support.md')

/** The cells of the rows under a heading. */
function rowsOf(heading: string): string[][] {
  const [, section = ''] = page.split(`## ${heading}\n`)
  const lines =
    section
      .split('\n## ')[0]
      ?.split('\n')
      .filter((line) => line.startsWith('| ')) ?? []
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const lowest = new Map(
  rowsOf('Lowest versions').map(([what = '', needs = '']) => [/^`([^`]+)`/.exec(what)?.[1] ?? what, needs]),
)

// These come with other packages of the table.
const {
  '@nuxt/kit': _kit,
  '@vue/devtools-api': _devtools,
  ...peers
} = peerDependencies as Record<string, string>

test.each(Object.entries(peers))('docs/support.md has the lowest version of %s: %s', (name, range) => {
  expect(`>=${lowest.get(name)}`).toBe(range)
})

test('docs/support.md has the lowest version of Node', () => {
  expect(`>=${lowest.get('Node, for `tokencell/server`, Next, Nuxt and doctor')}`).toBe(engines.node)
})

test('docs/support.md says how long this version gets fixes', () => {
  const [major, minor] = version.split('.')
  expect(rowsOf('How long a version gets fixes').map(([name]) => name)).toContain(`\`${major}.${minor}\``)
})
