import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { SITUATIONS } from '../../js/server/errors.js'

const root = path.resolve(import.meta.dirname, '../..')
const folder = path.join(root, 'docs/reference/errors')

const codes = [
  ...readFileSync(path.join(root, 'js/common/error-codes.ts'), 'utf8').matchAll(/^ {2}\| '([a-z-]+)'/gm),
].map(([, code = '']) => code)

/** [code, text] of every message in a table of messages. */
const messages = [
  ...readdirSync(path.join(root, 'js'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /error/.test(path.basename(name)) && name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(path.join(root, 'js', name), 'utf8').matchAll(
        /^ {2}'?([a-z-]+)'?:\s*('(?:[^'\\]|\\.)*'(?:\s*\+\s*'(?:[^'\\]|\\.)*')*),$/gm,
      ),
    ]),
].map(
  ([, code = '', text = '']) =>
    [
      code,
      text
        .replace(/'\s*\+\s*'/g, '')
        .slice(1, -1)
        .replace(/\\(.)/g, '$1'),
    ] as const,
)

const pageOf = (code: string) => readFileSync(path.join(folder, `${code}.md`), 'utf8')

test('every error code has a page, and every page is of an error code', () => {
  const pages = readdirSync(folder)
    .filter((name) => name !== 'index.md')
    .map((name) => name.replace('.md', ''))
  expect(codes.length).toBeGreaterThan(40)
  expect(pages.sort()).toEqual([...codes].sort())
})

test('the page of a code has the message of the code', () => {
  const known = messages.filter(([code]) => codes.includes(code))
  expect(known.length).toBeGreaterThan(35)
  const plain = (text: string) => text.replace(/\s+/g, ' ')
  const wrong = known.filter(
    ([code, text]) => !plain(pageOf(code).replace(/^> ?/gm, '')).includes(plain(text)),
  )
  expect(wrong).toEqual([])
})

test('the page of a code has the messages of its situations on a server', () => {
  const plain = (text: string) => text.replace(/^> ?/gm, '').replace(/\s+/g, ' ')
  const wrong = Object.entries(SITUATIONS).flatMap(([code, situations]) =>
    Object.values(situations).filter((text) => !plain(pageOf(code)).includes(text)),
  )
  expect(wrong).toEqual([])
})

test('the table of all codes names every code and links to its page', () => {
  const table = readFileSync(path.join(folder, 'index.md'), 'utf8')
  expect(codes.filter((code) => !table.includes(`(${code}.md)`))).toEqual([])
})
