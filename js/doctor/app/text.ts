import { styleText } from 'node:util'
import { group, INDENT, installed, labelled, plural, wrap } from '../layout.js'
import type { AppFinding, AppReport } from './scan.js'
import { KINDS, type Kind } from './subjects.js'

export interface AppLook {
  /** In columns. */
  width: number
  hasColours: boolean
}

type Format = Parameters<typeof styleText>[0]

/** Renders a report about a code base for people. */
export function renderApp(report: AppReport, { width, hasColours }: AppLook): string {
  const paint = (format: Format, text: string) =>
    hasColours ? styleText(format, text, { validateStream: false }) : text
  const dim = (text: string) => paint('gray', text)
  const bold = (text: string) => paint('bold', text)
  const { findings, skipped, start } = report

  function subject(its: AppFinding[]): string[] {
    const [first] = its
    if (!first) return []
    return [
      `${bold(first.title)}  ${dim(first.id)}`,
      ...labelled('instead', first.replacement, width),
      ...labelled('guide', first.guide, width),
      ...its.filter((it) => !it.isTest).flatMap(place),
      ...[
        ...group(
          its.filter((it) => it.isTest),
          ({ file }) => file,
        ),
      ].flatMap(inTest),
      '',
    ]
  }

  /** The lines of a file of tests, without the code. */
  function inTest([file, its]: [string, AppFinding[]]): string[] {
    const lines = its.map(({ line }) => line).join(', ')
    return wrap(`${file} (test): ${lines}`, width - 4).map(
      (line, at) => `  ${at === 0 ? '' : '  '}${dim(line)}`,
    )
  }

  function place({ file, line, detail, code }: AppFinding): string[] {
    const note = detail ? `  ${detail}` : ''
    return [`  ${paint('cyan', `${file}:${line}`)}${note}`, `${INDENT}${dim(code)}`]
  }

  function summary(): string[] {
    const kinds = (Object.keys(KINDS) as Kind[]).filter((kind) => report.summary[kind] > 0)
    const counts = kinds.map((kind) => `  ${String(report.summary[kind]).padStart(4)}  ${KINDS[kind]}`)
    return kinds.length > 0 ? [bold('Summary'), ...counts, ''] : []
  }

  function whereToStart(): string[] {
    if (!start) return []
    const place = installed(start.guide.replace(/#.*/, ''))
    const guide = start.guide.startsWith(place) ? start.guide : `${start.guide} (${place})`
    const text = `Read ${guide}. Begin with ${start.file}: ${start.findings} of ${plural(start.of, 'finding')}.`
    return [bold('Where to start'), ...wrap(text, width - 2).map((line) => `  ${line}`), '']
  }

  const unread = skipped > 0 ? `, ${skipped} not read (minified, larger than 1 MB or not readable)` : ''
  const inTests = report.inTests > 0 ? `, ${report.inTests} of them in tests` : ''
  const total = findings.length > 0 ? `${plural(findings.length, 'finding')}${inTests}` : 'nothing found'
  return [
    `${bold('tokencell doctor --app')}  ${report.app}`,
    dim(`${plural(report.files, 'file')} read${unread}`),
    '',
    ...[...group(findings, ({ id }) => id).values()].flatMap(subject),
    ...summary(),
    ...whereToStart(),
    paint(findings.length > 0 ? 'yellow' : 'green', total),
    '',
  ].join('\n')
}
