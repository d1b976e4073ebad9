import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { sections } from '../../site/pages.mjs'

const root = path.resolve(import.meta.dirname, '../..')
const { files } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { files: string[] }

const documents = [
  'README.md',
  ...files.filter((name) => name.endsWith('.md')),
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join('docs', name))
    .filter((name) => name.endsWith('.md')),
]

/** The files that a document links to, relative to the root. Code is no link. */
function targetsOf(document: string) {
  const text = readFileSync(path.join(root, document), 'utf8').replace(/^```.*?^```|`[^`\n]*`/gms, '')
  return [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, target = '']) =>
    path.posix.join(path.posix.dirname(document), target),
  )
}

/** Whether npm packs the file. */
const isPacked = (file: string) =>
  file === 'README.md' || files.some((name) => file === name || file.startsWith(`${name}/`))

test('every relative link in a document of the package leads to a file of the package', () => {
  expect(documents.length).toBeGreaterThan(200)
  const dead = documents.flatMap((document) =>
    targetsOf(document)
      .filter((target) => !isPacked(target) || !existsSync(path.join(root, target)))
      .map((target) => `${document}: ${target}`),
  )
  expect(dead).toEqual([])
})

test('the sidebar has every page of the documentation, except the pages that another page lists', () => {
  const listed = sections.flatMap(({ pages }) => pages)
  const isListedElsewhere = (page: string) => /^index$|^reference\/\w+\/(?!index$)/.test(page)
  const pages = documents
    .filter((document) => document.startsWith('docs/'))
    .map((document) => document.slice('docs/'.length, -'.md'.length))
    .filter((page) => !isListedElsewhere(page))
  expect([...listed].sort()).toEqual(pages.sort())
})
