import { lstat, readdir, readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '../options.js'
import { ENDINGS } from './code.js'

/** Folders with code that others have written or that a build has made. */
const LEFT_OUT = new Set([
  'node_modules',
  'bower_components',
  'vendor',
  'venv',
  '.venv',
  '__pycache__',
  'dist',
  'build',
  'coverage',
  'storybook-static',
  '.git',
  '.nuxt',
  '.output',
  '.next',
  '.svelte-kit',
  '.angular',
  '.turbo',
  '.cache',
  '.vercel',
  '.netlify',
  '.yarn',
])
/** In bytes. */
const LARGEST = 1_000_000
/** The average length of the lines from which a file counts as minified. */
const LONGEST_LINE = 300

const TEST =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|__fixtures__|specs?|e2e|cypress|playwright|fixtures?|mocks?)\/|[._-](?:test|tests|spec|cy|e2e|stories|fixture|fixtures|mock|mocks)\.[a-z]+$|(?:^|\/)(?:test_[^/]*|conftest)\.py$|(?:^|\/)[^/]*Test\.php$/

export interface SourceFile {
  /** The path from the folder, with slashes. */
  file: string
  text: string
}

export interface Files {
  files: SourceFile[]
  /** How many files were not read, because they are minified, larger than 1 MB or not readable. */
  skipped: number
}

/** Whether a file belongs to tests: they are read, but their findings are marked. */
export const isTest = (file: string) => TEST.test(file)

/**
 * Reads the code of a folder. Symbolic links are not followed, so that nothing outside of the folder is read.
 *
 * @throws UsageError if there is no such folder
 */
export async function readFiles(folder: string): Promise<Files> {
  const root = await realpath(folder).catch(() => undefined)
  if (!root || !(await lstat(root)).isDirectory())
    throw new UsageError(`--app ${folder}: there is no such folder`)
  const files: SourceFile[] = []
  let skipped = 0
  const open = ['']
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const entries = await readdir(path.join(root, at), { withFileTypes: true }).catch(() => undefined)
    if (!entries) skipped++
    const sorted = (entries ?? []).sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of sorted) {
      const file = path.posix.join(at, entry.name)
      if (entry.isDirectory()) {
        if (!LEFT_OUT.has(entry.name)) open.push(file)
        continue
      }
      if (!entry.isFile() || !isSource(entry.name)) continue
      const text = await readSource(path.join(root, file))
      if (text === undefined) skipped++
      else files.push({ file, text })
    }
  }
  return { files: files.sort((a, b) => (a.file < b.file ? -1 : 1)), skipped }
}

function isSource(name: string): boolean {
  if (name === 'package.json') return true
  return ENDINGS.includes(path.extname(name)) && !/\.d\.[mc]?ts$/.test(name)
}

/** The text of a file; undefined if it is not read. */
async function readSource(file: string): Promise<string | undefined> {
  if (/[.-]min\.[mc]?js$/.test(file)) return undefined
  try {
    if ((await lstat(file)).size > LARGEST) return undefined
    const text = await readFile(file, 'utf8')
    const lines = text.split('\n').length
    return text.length > LONGEST_LINE * 4 && text.length / lines > LONGEST_LINE ? undefined : text
  } catch {
    return undefined
  }
}
