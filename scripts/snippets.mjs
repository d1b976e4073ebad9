// The TypeScript, TSX and Vue in the README and in docs/, as files that compile: `npm run check -- --only snippets`

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { example } from './packages.mjs'
import { Failure, root, run } from './run.mjs'

const folder = path.join(root, 'target/snippets')
const declarations = '../../tests/snippets'
/** Generated from code that compiles. */
const GENERATED = /^docs\/reference\/(types|doctor)\//
/** The first line of a block that is a file: `// src/main.ts`, `<!-- src/App.vue -->`. */
const FILE = /^(?:\/\/|<!--|\{\/\*) ([\w./[\]-]+\.(?:tsx?|vue))\b.*\n/

/** The Markdown files with snippets, relative to the root. */
export const documents = () => [
  'README.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true })
    .map((name) => path.posix.join('docs', name))
    .filter((name) => name.endsWith('.md') && !GENERATED.test(name))
    .sort(),
]

/** Files that a page may import although it does not show them. */
const DEFAULTS = {
  'auth.ts': `import { createAuth } from 'tokencell'
export const auth = createAuth<{ id: string; email: string; name: string; roles: string[] }>({})
`,
  'auth.vault.ts': `import { openVault } from 'tokencell/vault'
export default openVault({ signIn: '/login' })
`,
}

/**
 * The files in a page: a block, or a part of a block that begins with a comment with a file name.
 *
 * @returns {Map<string, string>} the text of each file by its path
 */
export function filesOf(document) {
  const markdown = readFileSync(path.join(root, document), 'utf8')
  const files = new Map()
  for (const [, language, text] of markdown.matchAll(/^```(tsx?|vue)\n(.*?)^```/gms))
    for (const part of text.split(/^(?=\/\/ [\w./[\]-]+\.tsx?\b)/m).filter(Boolean))
      files.set(FILE.exec(part)?.[1] ?? `snippet-${files.size}.${language}`, part)
  return files
}

const isNuxt = (files) =>
  [...files.keys()].some((file) => /^app\/(.*\.vue|plugins\/.*)$|^nuxt\.config|^server\/tokencell/.test(file))

/** Writes the files of a page, and returns how they are compiled. Returns `undefined` if there are none. */
function projectOf(document) {
  const files = filesOf(document)
  if (files.size === 0) return undefined
  const shown = [...files.keys()].map((file) => path.posix.basename(file))
  for (const [file, text] of Object.entries(DEFAULTS)) if (!shown.includes(file)) files.set(file, text)
  const name = document.replace(/\.md$/, '').replaceAll('/', '-').toLowerCase()
  for (const [file, text] of files) {
    const place = path.join(folder, name, file)
    mkdirSync(path.dirname(place), { recursive: true })
    const isModule = file.endsWith('.vue') || /^(import|export) /m.test(text)
    writeFileSync(place, isModule ? text : `${text}\nexport {}\n`)
  }
  return {
    name,
    count: files.size,
    isNuxt: isNuxt(files),
    isShort: SHORT.includes(document),
    declaresModule: [...files.values()].some((text) => /declare module '/.test(text)),
  }
}

/** Pages whose snippets are too short for imports. */
const SHORT = ['README.md', 'docs/guides/client.md', 'docs/sockets.md']

/** Compiles these pages as one project. */
async function compile(names, { isNuxt, isShort }) {
  const extra = [...(isNuxt ? ['nuxt'] : []), ...(isShort ? ['surroundings'] : [])]
  const project = path.join(folder, `tsconfig.${names[0]}.json`)
  const config = {
    extends: '../../tsconfig.json',
    include: [
      ...names.flatMap((name) => [`${name}/**/*.ts`, `${name}/**/*.tsx`, `${name}/**/*.vue`]),
      ...['vite-env', 'vue', 'plugin-react', ...extra].map((name) => `${declarations}/${name}.d.ts`),
    ],
    exclude: [],
    compilerOptions: {
      module: 'esnext',
      moduleResolution: 'bundler',
      types: ['node'],
      // The module that the types of our Nuxt hooks extend.
      paths: isNuxt ? { '#app': ['../../node_modules/nuxt/dist/app/index.d.ts'] } : undefined,
    },
    vueCompilerOptions: { strictTemplates: true },
  }
  writeFileSync(project, JSON.stringify(config))
  await run('npm', ['exec', '--workspace', example('vue').name, '--', 'vue-tsc', '--project', project])
}

/** Compiles all snippets as modules, with the declarations in tests/snippets. */
export async function checkSnippets() {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const pages = documents().map(projectOf).filter(Boolean)
  // A declaration of the user, or of Nuxt, holds for the whole project.
  const together = pages.filter((page) => !page.isNuxt && !page.isShort && !page.declaresModule)
  const alone = pages.filter((page) => !together.includes(page))
  const failures = []
  const names = together.map(({ name }) => name)
  const check = (project, options) =>
    compile(project, options).catch((error) => failures.push(error.output || error.message))
  async function checkAlone() {
    for (const page of alone) await check([page.name], page)
  }
  // The project of most pages takes as long as all others together.
  await Promise.all([check(names, {}), checkAlone()])
  if (failures.length) throw new Failure('these snippets do not compile', failures.join('\n'))
  return `${pages.reduce((total, { count }) => total + count, 0)} snippets`
}
