import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { differences, hashesOf } from './hashes.mjs'
import { Failure, program, root, run } from './run.mjs'

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
  return hashesOf(path.join(folder, 'pkg'))
}

/** Builds twice, in two folders whose names have different lengths, and compares every byte of `pkg/`. */
export async function reproduce() {
  const folders = ['a', 'another-folder-with-a-longer-name'].map((name) =>
    path.join(mkdtempSync(path.join(tmpdir(), `tokencell-${name}-`)), name),
  )
  try {
    const [first, second] = [await buildCopy(folders[0]), await buildCopy(folders[1])]
    const different = differences(first, second)
    if (different.length > 0) throw new Failure('two builds differ', different.join('\n'))
    const all = createHash('sha256')
      .update(JSON.stringify([...first].sort()))
      .digest('hex')
    return `${first.size} files of pkg/ are the same in both builds, sha256 of all: ${all}`
  } finally {
    for (const folder of folders) rmSync(path.dirname(folder), { recursive: true, force: true })
  }
}

await program(import.meta.url, async () => console.log(await reproduce()))
