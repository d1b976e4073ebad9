// The TypeScript in the README and in docs/, as files that compile: `npm run check -- --only snippets`

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { tool } from './packages.mjs'
import { root } from './run.mjs'

const folder = path.join(root, 'target/snippets')
const documents = ['README.md', 'docs/sockets.md', 'docs/testing.md']
const FILE = /^\/\/ ([\w.]+\.ts)\b/

/** [name, text] of every file: a block, or the text after a comment with a file name. */
function snippets(document) {
  const markdown = readFileSync(path.join(root, document), 'utf8')
  const prefix = path.basename(document, '.md').toLowerCase()
  const blocks = [...markdown.matchAll(/^```ts\n(.*?)^```/gms)].map(([, text]) => text)
  return blocks.flatMap((block, at) => {
    const parts = block.split(/^(?=\/\/ [\w.]+\.ts\b)/m).filter(Boolean)
    return parts.map((part, part_at) => [FILE.exec(part)?.[1] ?? `${prefix}-${at}-${part_at}.ts`, part])
  })
}

/** Compiles all snippets as modules, with the declarations in tests/snippets. */
export async function checkSnippets() {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const files = documents.flatMap(snippets)
  for (const [name, text] of files) writeFileSync(path.join(folder, name), `${text}\nexport {}\n`)
  const config = {
    extends: '../../tsconfig.json',
    include: ['*.ts', '../../tests/snippets/*.d.ts'],
    exclude: [],
    compilerOptions: {
      module: 'esnext',
      moduleResolution: 'bundler',
      types: [],
    },
  }
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config))
  await tool('tsc', ['--project', folder], { from: 'typescript' })
  return `${files.length} snippets`
}
