// The documentation: `npm run docs` serves it, `npm run docs -- build` builds it, `npm run docs -- write` writes its generated pages

import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from './build.mjs'
import { buildDemo, served } from './demo.mjs'
import { differences, hashesOf } from './hashes.mjs'
import { install, installFolder } from './install.mjs'
import { importFrom } from './packages.mjs'
import { Failure, program, root, run } from './run.mjs'

const site = path.join(root, 'site')
const docs = path.join(root, 'docs')
/** Where VitePress writes the site. */
export const builtSite = path.join(root, 'target/site')
/** What `generate` writes, relative to docs/. */
const generated = ['reference/types', 'reference/doctor', 'llms.txt']
const isGenerated = (file) => generated.some((name) => file === name || file.startsWith(`${name}/`))

/** Installs VitePress and TypeDoc. */
const installSite = () => installFolder(site, ['--no-audit', '--no-fund'])

/** Writes the generated pages into a folder with the layout of docs/. Needs the built package. */
async function generate(folder) {
  const { writeChecks, writeTypes } = await import('../site/reference.mjs')
  const { overview } = await import('../site/pages.mjs')
  await writeTypes(path.join(folder, 'reference/types'))
  await writeChecks(path.join(folder, 'reference/doctor'))
  const read = (page) => {
    const own = path.join(folder, `${page}.md`)
    return readFileSync(existsSync(own) ? own : path.join(docs, `${page}.md`), 'utf8')
  }
  writeFileSync(path.join(folder, 'llms.txt'), overview(read))
}

/** Generates the pages in a temporary folder, and calls `work` with it. */
async function withGenerated(work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-docs-'))
  try {
    await generate(folder)
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Replaces the generated pages in docs/. */
const write = () =>
  withGenerated((folder) => {
    for (const name of generated) rmSync(path.join(docs, name), { recursive: true, force: true })
    cpSync(folder, docs, { recursive: true })
  })

/** @throws Failure with the names of the pages that no longer agree with the code */
const requireFresh = () =>
  withGenerated((folder) => {
    const present = [...hashesOf(docs)].filter(([file]) => isGenerated(file))
    const stale = differences(hashesOf(folder), new Map(present))
    if (stale.length)
      throw new Failure(
        'These pages of docs/ do not agree with the code: run npm run docs -- write, and look at the difference',
        stale.join('\n'),
      )
  })

/** Checks the generated pages, and builds the site. Fails on a dead link and on a warning. */
export async function checkDocs() {
  await installSite()
  await requireFresh()
  await buildDemo()
  const args = ['node_modules/vitepress/bin/vitepress.js', 'build', '.']
  const output = await run(process.execPath, args, { cwd: site, name: 'vitepress' })
  const warnings = output.split('\n').filter((line) => /\(!\)|warn|deprecat/i.test(line))
  if (warnings.length) throw new Failure('The build of the documentation warns', warnings.join('\n'))
  // VitePress copies only the folder `public` in docs/, which npm packs.
  cpSync(served, builtSite, { recursive: true })
  return output
}

/** Serves the documentation, and updates the pages in the browser when a file changes. */
async function serve() {
  await buildDemo()
  const { createServer } = await importFrom(site, 'vitepress')
  const server = await createServer(site)
  await server.listen()
  server.printUrls()
}

await program(import.meta.url, async ([command = 'serve', ...rest]) => {
  const commands = { serve, write, build: checkDocs }
  if (rest.length || !(command in commands)) throw new Failure('usage: npm run docs [-- build | -- write]')
  await install()
  await build()
  await installSite()
  await commands[command]()
})
