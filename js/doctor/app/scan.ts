import path from 'node:path'
import { codeOf } from './code.js'
import { isTest, readFiles, type SourceFile } from './files.js'
import { lineOf, lineText } from './lines.js'
import { packagesOf } from './packages.js'
import { printablePath, withoutSecrets } from './redact.js'
import { hitsOf } from './rules/index.js'
import { usersWithToken } from './rules/storage.js'
import { type Hit, KINDS, type Kind, kindOf, SUBJECTS, type Subject, type SubjectId } from './subjects.js'

/** Code that tokencell replaces. It contains no secret. */
export interface AppFinding extends Subject {
  id: SubjectId
  kind: Kind
  /** The path from the folder. */
  file: string
  line: number
  /** The line. */
  code: string
  /** What is special here, such as the missing flags of a cookie. */
  detail: string | undefined
  /** Whether the file belongs to tests. */
  isTest: boolean
}

/** The report about a code base. It is plain data. */
export interface AppReport {
  /** The version of this structure. */
  version: 1
  app: string
  /** The number of files that were read. */
  files: number
  /** The number of files that were not read, because they are minified, larger than 1 MB or not readable. */
  skipped: number
  /** By kind, then by file. */
  findings: AppFinding[]
  summary: Record<Kind, number>
  /** How many of the findings are in tests. */
  inTests: number
  start: Start | undefined
}

/** Where to start: a page of the documentation, and the file with the most findings. */
export interface Start {
  guide: string
  file: string
  /** The number of findings in that file, and in all files except tests. */
  findings: number
  of: number
}

/** In characters. */
const LONGEST_LINE = 100
const ORDER = Object.keys(SUBJECTS)
/** A file without any of these words contains nothing that doctor looks for. */
const RELEVANT = /token|jwt|storage|cookie|authoriz|interceptors|401|persist|auth-?(?:refresh|exchange)/i

/**
 * Reads the code of a folder without running it, and finds what tokencell replaces.
 *
 * @throws UsageError if there is no such folder
 */
export async function scanApp(app: string): Promise<AppReport> {
  const { files, skipped } = await readFiles(app)
  const findings = findingsOf(files)
  const kinds = Object.keys(KINDS) as Kind[]
  return {
    version: 1,
    app: printablePath(app),
    files: files.length,
    skipped,
    findings,
    summary: Object.fromEntries(
      kinds.map((kind) => [kind, findings.filter((it) => it.kind === kind).length]),
    ) as Record<Kind, number>,
    inTests: findings.filter((it) => it.isTest).length,
    start: startOf(findings.filter((it) => !it.isTest)),
  }
}

/** Everything in some files that tokencell replaces. */
export function findingsOf(files: readonly SourceFile[]): AppFinding[] {
  const keys = new Set<string>()
  const found = files.flatMap((source) => {
    if (path.basename(source.file) === 'package.json') return placesIn(source, packagesOf(source.text))
    const codes = RELEVANT.test(source.text) ? codeOf(source.file, source.text) : []
    const hits = codes.flatMap(hitsOf)
    for (const key of [...hits.map((hit) => hit.key), ...codes.flatMap(usersWithToken)])
      if (key) keys.add(key)
    return placesIn(source, hits)
  })
  return found
    .filter(({ hit }) => hit.ifKey === undefined || keys.has(hit.ifKey))
    .map(({ hit: { id, detail }, file, line, code }) => ({
      ...SUBJECTS[id],
      id,
      kind: kindOf(id),
      file: printablePath(file),
      line,
      code: withoutSecrets(code, LONGEST_LINE),
      detail,
      isTest: isTest(file),
    }))
    .sort((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id) || compare(a.file, b.file) || a.line - b.line)
}

const placesIn = ({ file, text }: SourceFile, hits: Hit[]) =>
  hits.map((hit) => ({ hit, file, line: lineOf(text, hit.at), code: lineText(text, hit.at) }))

/** A package decides on the page. After that, the page of the first kind of findings. */
function startOf(findings: AppFinding[]): Start | undefined {
  const first =
    findings.find(({ kind }) => kind === 'package') ??
    findings.find(({ id }) => id === 'interceptor.auth-refresh') ??
    findings[0]
  if (!first) return undefined
  const count = new Map<string, number>()
  for (const { file } of findings) count.set(file, (count.get(file) ?? 0) + 1)
  const [[file, most] = [first.file, 1]] = [...count].sort((a, b) => b[1] - a[1])
  return { guide: first.guide, file, findings: most, of: findings.length }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
