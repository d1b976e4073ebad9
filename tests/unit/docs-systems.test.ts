import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { presets } from '../../js/presets.js'
import { createBff } from '../../js/server/index.js'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

const files = ['vaults', 'servers'].flatMap((folder) =>
  readdirSync(path.join(root, 'tests/systems', folder)).map((name) => [folder, name] as const),
)

test.each(files)('the docs have tests/systems/%s/%s as it is', (folder, name) => {
  const block = `\`\`\`ts\n// ${name}\n${read(`tests/systems/${folder}/${name}`)}\`\`\`\n`
  const documents = name === 'node-listener.ts' ? ['docs/server.md'] : ['docs/systems.md']
  // The guide begins with one of the server files.
  if (name === 's3.server.ts') documents.push('docs/server.md')
  for (const document of documents) expect(read(document)).toContain(block)
})

test('a server has no options for an API by session cookie', () => {
  const options = {
    ...presets.railsSession,
    api: 'https://api.example.com',
    secret: 'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR1oQyVtMx5iA=',
  }
  expect(() => createBff(options as never)).toThrow(/^credential: /)
})
