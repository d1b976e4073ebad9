// The documentation: `npm run docs` serves it, `npm run docs -- build` builds it, `npm run docs -- write` writes its generated pages

import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { announced, Failure, program, root, run } from './run.mjs'

const site = path.join(root, 'site')
const docs = path.join(root, 'docs')
const generated = ['reference/types', 'reference/doctor', 'llms.txt']

/** Installs VitePress and TypeDoc, unless they are already installed. */
async function installSite() {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(site, 'package-lock.json')))
    .digest('hex')
  const done = path.join(site, 'node_modules/.lock-hash')
  if (existsSync(done) && readFileSync(done, 'utf8') === lock) return
  await announced('npm ci of site', run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: site }))
  writeFileSync(done, lock)
}

/** Writes the generated pages into a folder with the layout of docs/. Needs the built package. */
async function generate(folder) {
  const { writeChecks, writeTypes } = await import('../site/reference.mjs')
  const { overview } = await import('../site/overview.mjs')
  await writeTypes(path.join(folder, 'reference/types'))
  await writeChecks(path.join(folder, 'reference/doctor'))
  const read = (page) => {
    const own = path.join(folder, `${page}.md`)
    return readFileSync(existsSync(own) ? own : path.join(docs, `${page}.md`), 'utf8')
  }
  writeFileSync(path.join(folder, 'llms.txt'), overview(read))
}

async function inTemporaryFolder(work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-docs-'))
  try {
    await generate(folder)
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Replaces the generated pages in docs/. */
export const writeDocs = () =>
  inTemporaryFolder((folder) => {
    for (const name of generated) {
      rmSync(path.join(docs, name), { recursive: true, force: true })
      cpSync(path.join(folder, name), path.join(docs, name), { recursive: true })
    }
  })

/** @throws Failure with the names of the pages that no longer agree with the code */
const requireFresh = () =>
  inTemporaryFolder(async (folder) => {
    const { differences } = await import('../site/files.mjs')
    const stale = generated.flatMap((name) =>
      differences(path.join(folder, name), path.join(docs, name)).map((file) =>
        path.join('docs', name, file),
      ),
    )
    if (stale.length)
      throw new Failure(
        `These pages do not agree with the code; run npm run docs -- write and look at the difference:\n${stale.join('\n')}`,
      )
  })

const vitepress = (...args) =>
  run(process.execPath, ['node_modules/vitepress/bin/vitepress.js', ...args, '.'], {
    cwd: site,
    name: 'vitepress',
  })

/** Checks the generated pages, and builds the site. Fails on a dead link and on a warning. */
export async function checkDocs() {
  await installSite()
  await requireFresh()
  const output = await vitepress('build')
  const warnings = output.split('\n').filter((line) => /\(!\)|warn|deprecat/i.test(line))
  if (warnings.length) throw new Failure(`The build of the documentation warns:\n${warnings.join('\n')}`)
  return output
}

await program(import.meta.url, async ([command, ...rest]) => {
  if (rest.length || !['build', 'write', undefined].includes(command))
    throw new Failure('usage: npm run docs [-- build | -- write]')
  await install()
  await build()
  await installSite()
  if (command === 'write') return writeDocs()
  if (command === 'build') return checkDocs()
  await vitepress('dev')
})
