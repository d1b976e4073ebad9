import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Application } from 'typedoc'

const root = path.resolve(import.meta.dirname, '..')

/** The entries of the package with types, as [name, file]. */
function entries() {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  return Object.entries(exports)
    .filter(([, target]) => target.types)
    .map(([subpath, target]) => [path.posix.join('tokencell', subpath), path.join(root, target.types)])
}

/**
 * Writes the public types of all entries, from their TSDoc. It is the report of the API, too: every change of a public type
 * changes these files. Needs the built package.
 */
export async function writeTypes(folder) {
  const work = mkdtempSync(path.join(tmpdir(), 'tokencell-reference-'))
  const files = entries().map(([, file]) => file)
  const tsconfig = path.join(work, 'tsconfig.json')
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'],
    jsx: 'react-jsx',
    strict: true,
    skipLibCheck: true,
    types: [],
  }
  writeFileSync(tsconfig, JSON.stringify({ compilerOptions, files }))
  const table = 'table'
  const app = await Application.bootstrapWithPlugins({
    tsconfig,
    entryPoints: files,
    basePath: path.join(root, 'pkg'),
    plugin: ['typedoc-plugin-markdown'],
    out: folder,
    logLevel: 'Error',
    readme: 'none',
    // What the types of this package inherit from those of others is documented there.
    excludeExternals: true,
    excludePrivate: true,
    disableSources: true,
    // The declarations of optional peers are not installed for every entry.
    skipErrorChecking: true,
    outputFileStrategy: 'modules',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    useCodeBlocks: true,
    entryFileName: 'index',
    parametersFormat: table,
    interfacePropertiesFormat: table,
    classPropertiesFormat: table,
    typeAliasPropertiesFormat: table,
    typeDeclarationFormat: table,
  })
  const project = await app.convert()
  // TypeDoc names modules by their files.
  const nameOf = new Map(entries().map(([name, file]) => [moduleOf(file), name]))
  for (const module of project.children) module.name = nameOf.get(module.name)
  await app.generateOutputs(project)
  rmSync(work, { recursive: true })
  renameVault(folder)
}

/** TypeDoc takes `tokencell/vault` for the page of the interface `Vault` in `tokencell`, and names the module `vault-1`. */
function renameVault(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = path.join(folder, name)
    if (!name.endsWith('.md')) continue
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('vault-1.md', 'vault.md'))
    if (name.endsWith('vault-1.md')) renameSync(file, file.replace('vault-1.md', 'vault.md'))
  }
}

const moduleOf = (file) => path.relative(path.join(root, 'pkg'), file).replace(/(\/index)?\.d\.ts$/, '')

const LANGUAGES = {
  django: 'python',
  express: 'js',
  fastapi: 'python',
  flask: 'python',
  laravel: 'php',
  rails: 'ruby',
}
const NAMES = {
  django: 'Django',
  express: 'Express',
  fastapi: 'FastAPI',
  flask: 'Flask',
  laravel: 'Laravel',
  rails: 'Rails',
}
const PAGE = 'https://app.example.com'

const fileOf = ({ id }) => `${id.replaceAll('.', '-')}.md`

/** Writes a page for each check of doctor, from the checks themselves. Needs the built package. */
export async function writeChecks(folder) {
  const { checks } = await import('../pkg/doctor/checks/index.js')
  const { fixOf } = await import('../pkg/doctor/fixes/index.js')
  mkdirSync(folder, { recursive: true })
  for (const check of checks) writeFileSync(path.join(folder, fileOf(check)), checkPage(check, fixOf))
  const { HELP } = await import('../pkg/doctor/arguments.js')
  writeFileSync(path.join(folder, 'index.md'), checkIndex(checks, HELP))
}

function checkPage({ id, title, severity, reason, rule, fix }, fixOf) {
  const fixes = Object.entries(fixOf(fix, PAGE))
  const [[, first]] = fixes
  const isSame = fixes.every(([, text]) => text === first)
  const more = rule
    ? [`Rule ${rule} of [the contract](../../contract.md#rule-${rule}) says what is correct, and why.`]
    : []
  return `${[
    `# \`${id}\``,
    `${title}. Severity: ${severity}.`,
    '## Effect',
    reason,
    ...more,
    '## Fix',
    ...(isSame
      ? [first]
      : fixes.map(([stack, text]) => `### ${NAMES[stack]}\n\n${fence(LANGUAGES[stack], text)}`)),
  ].join('\n\n')}\n`
}

const fence = (language, text) => `\`\`\`${language}\n${text}\n\`\`\``

function checkIndex(checks, help) {
  const rows = checks.map(
    (check) => `| [\`${check.id}\`](${fileOf(check)}) | ${check.severity} | ${check.title} |`,
  )
  return `# Doctor

\`npx tokencell doctor <url>\` examines an API, prints the options for it, and reports the faults that it finds.

## Options

\`\`\`text
${help.trim()}
\`\`\`

## Findings

Doctor makes ${checks.length} checks. The page of each says what the fault does to users, and how to fix it.

| Finding | Severity | Fault |
| --- | --- | --- |
${rows.join('\n')}
`
}
