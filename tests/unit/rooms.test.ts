import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')

/** Each file of js/, with the files of js/ that it imports, types included. */
const imports = new Map<string, string[]>()
for (const name of readdirSync(path.join(root, 'js'), { recursive: true, encoding: 'utf8' })) {
  const file = `js/${name.replaceAll(path.sep, '/')}`
  if (!/\.tsx?$/.test(file)) continue
  const text = readFileSync(path.join(root, file), 'utf8')
  const found = [...text.matchAll(/\b(?:from|import|import\()\s*'(\.[^']+)\.js'/g)].map(
    ([, specifier = '']) => sourceOf(path.posix.join(path.posix.dirname(file), specifier)),
  )
  imports.set(
    file,
    found.filter((each) => each !== undefined),
  )
}

function sourceOf(stem: string) {
  return ['.ts', '.tsx'].map((end) => stem + end).find((file) => existsSync(path.join(root, file)))
}

/** The table of ARCHITECTURE.md: the folder of a room, and the rooms that it may import. */
const rooms = new Map(
  [
    ...readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8').matchAll(
      /^\| `js\/(\w+)\/` *\|[^|]*\| ([^|]+?) *\|$/gm,
    ),
  ].map(([, room = '', allowed = '']) => [room, allowed.match(/`\w+`/g)?.map((each) => each.slice(1, -1))]),
)

const roomOf = (file: string) => /^js\/(\w+)\//.exec(file)?.[1] ?? path.basename(file, '.ts')

test('the table of rooms in ARCHITECTURE.md names every folder of js/', () => {
  const folders = readdirSync(path.join(root, 'js'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  )
  expect([...rooms.keys()].sort()).toEqual(folders.map(({ name }) => name).sort())
})

test('a room imports only the rooms that the table allows', () => {
  const wrong = [...imports].flatMap(([file, targets]) => {
    const room = roomOf(file)
    if (!rooms.has(room)) return []
    return targets
      .filter((target) => roomOf(target) !== room && !rooms.get(room)?.includes(roomOf(target)))
      .map((target) => `${file} imports ${target}`)
  })
  expect(wrong).toEqual([])
})

test('js/ has no circular imports, including imports of types', () => {
  const finished = new Set<string>()
  const circles: string[] = []
  function visit(file: string, trail: string[]) {
    if (trail.includes(file))
      return void circles.push([...trail.slice(trail.indexOf(file)), file].join(' → '))
    if (finished.has(file)) return
    for (const target of imports.get(file) ?? []) visit(target, [...trail, file])
    finished.add(file)
  }
  for (const file of imports.keys()) visit(file, [])
  expect(circles).toEqual([])
})
