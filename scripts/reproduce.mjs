import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Failure, program, root, run } from './run.mjs'

/** The files in a folder, by name, with a hash of their content. */
function hashes(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return new Map(
    files.map((file) => {
      const name = path.join(file.parentPath, file.name)
      return [path.relative(folder, name), createHash('sha256').update(readFileSync(name)).digest('hex')]
    }),
  )
}

/** Builds a copy of the committed files in a folder of its own. */
async function buildCopy(folder) {
  const files = (await run('git', ['ls-files', '-z'])).split('\0').filter(Boolean)
  for (const file of files) cpSync(path.join(root, file), path.join(folder, file))
  // The same tools: their versions are pinned, and npm checks their integrity when it installs them.
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  const script = `import('./scripts/build.mjs').then(({ build }) => build())`
  const env = { CARGO_TARGET_DIR: path.join(folder, 'target') }
  await run(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: folder,
    env,
    name: `build in ${folder}`,
  })
  return hashes(path.join(folder, 'pkg'))
}

/** Builds twice, in two folders whose names have different lengths, and compares every byte of `pkg/`. */
export async function reproduce() {
  const folders = ['a', 'another-folder-with-a-longer-name'].map((name) =>
    path.join(mkdtempSync(path.join(tmpdir(), `tokencell-${name}-`)), name),
  )
  try {
    const [first, second] = [await buildCopy(folders[0]), await buildCopy(folders[1])]
    const names = [...new Set([...first.keys(), ...second.keys()])]
    const different = names.filter((name) => first.get(name) !== second.get(name))
    if (different.length > 0) throw new Failure('two builds differ', different.join('\n'))
    const all = createHash('sha256')
      .update(JSON.stringify([...first].sort()))
      .digest('hex')
    return `${names.length} files of pkg/ are the same in both builds, sha256 of all: ${all}`
  } finally {
    for (const folder of folders) rmSync(path.dirname(folder), { recursive: true, force: true })
  }
}

await program(import.meta.url, async () => console.log(await reproduce()))
