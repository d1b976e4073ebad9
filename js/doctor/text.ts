import { styleText } from 'node:util'
import { CONTRACT, type Finding } from './finding.js'
import { COLUMN, group, INDENT, installed, labelled, plural, wrap } from './layout.js'
import { duration } from './printable.js'
import type { Report } from './report.js'
import type { Stack } from './stack.js'

export interface Look {
  /** In columns. */
  width: number
  hasColours: boolean
  /** The framework whose fixes are shown. */
  stack: Stack | undefined
  /** Whether checks without a finding are shown, too. */
  isVerbose: boolean
}

const MARKS = {
  error: ['✗', 'red'],
  warning: ['▲', 'yellow'],
  advice: ['·', 'cyan'],
  ok: ['✓', 'green'],
  skipped: ['–', 'gray'],
} as const
type Format = Parameters<typeof styleText>[0]

/** Renders a report for people. */
export function renderText(report: Report, look: Look): string {
  const paint = (format: Format, text: string) =>
    look.hasColours ? styleText(format, text, { validateStream: false }) : text
  const dim = (text: string) => paint('gray', text)
  const bold = (text: string) => paint('bold', text)
  const fixes = new Map<string, string>()
  const stack = look.stack ?? report.stack
  const by = (...severities: Finding['severity'][]) =>
    report.findings.filter(({ severity }) => severities.includes(severity))

  function found(finding: Finding): string[] {
    const [mark, colour] = MARKS[finding.severity]
    return [
      `${paint(colour, `${mark} ${finding.severity}`)}  ${bold(finding.title)}  ${dim(finding.id)}`,
      ...labelled('seen', finding.evidence, look.width),
      ...labelled('why', finding.reason, look.width),
      ...(finding.contract ? labelled('rule', finding.contract, look.width) : []),
      ...fix(finding),
      '',
    ]
  }

  /** The path of the document that the findings refer to. */
  function contract(): string[] {
    if (!by('error', 'warning', 'advice').some((finding) => finding.contract)) return []
    return [dim(`The rules and their reasons are in ${installed(CONTRACT)}`), '']
  }

  /** A fix that was shown before is not shown again. */
  function fix({ id, fix }: Finding): string[] {
    const shown: Stack[] = stack ? [stack] : ['rails', 'express']
    const key = JSON.stringify(fix)
    const above = fixes.get(key)
    if (above) return labelled('fix', `the same as for ${above}`, look.width)
    fixes.set(key, id)
    const [first = ''] = new Set(Object.values(fix))
    if (Object.values(fix).every((text) => text === first)) return code('fix', first)
    return shown.flatMap((name) => code(name, fix[name]))
  }

  const code = (name: string, text: string) =>
    text
      .split('\n')
      .map((line, at) => `${INDENT}${dim((at === 0 ? name : '').padEnd(COLUMN))}${paint('cyan', line)}`)

  function skipped(): string[] {
    const reasons = group(by('skipped'), ({ evidence }) => evidence)
    if (reasons.size === 0) return []
    const lines = [...reasons].flatMap(([reason, findings]) => [
      ...wrap(reason, look.width - 2).map((line) => `  ${line}`),
      ...wrap(findings.map(({ id }) => id).join(', '), look.width - 4).map((line) => `${INDENT}${dim(line)}`),
    ])
    return [bold('Not checked, with the reason'), ...lines, '']
  }

  function fine(): string[] {
    const findings = by('ok')
    if (findings.length === 0) return []
    if (look.isVerbose)
      return [
        bold('Fine'),
        ...findings.map(
          ({ id, title }) => `  ${paint('green', '✓')} ${id.padEnd(28)} ${dim(`not found: ${title}`)}`,
        ),
        '',
      ]
    const categories = group(findings, ({ id }) => id.split('.')[0] ?? '')
    const lines = [...categories].flatMap(([category, its]) =>
      labelled(category, its.map(({ id }) => id.slice(category.length + 1)).join(', '), look.width, 10),
    )
    return [bold('Fine'), ...lines, '']
  }

  function suggestion(): string[] {
    if (!report.suggestion) return []
    const { code, notes, tried } = report.suggestion
    return [
      bold('Options that work with this API'),
      ...wrap(`doctor tried these options with: ${tried.join(', ')}`, look.width - 2).map(
        (line) => `  ${dim(line)}`,
      ),
      ...code
        .trimEnd()
        .split('\n')
        .map((line) => `  ${paint('cyan', line)}`),
      ...notes.flatMap((note) =>
        wrap(note, look.width - 4).map((line, at) => `  ${at === 0 ? '- ' : '  '}${line}`),
      ),
      '',
    ]
  }

  const { summary } = report
  const who = report.isSignedIn ? 'signed in' : 'not signed in'
  const total = [
    plural(summary.error, 'error'),
    plural(summary.warning, 'warning'),
    `${summary.advice} advice`,
    `${summary.ok} fine`,
    `${summary.skipped} not checked`,
  ].join(', ')
  return [
    `${bold('tokencell doctor')}  ${report.url}`,
    dim(
      `pages at ${report.origin} (${report.topology}), ${who}, ${report.requests} requests in ${duration(report.milliseconds / 1000)}`,
    ),
    ...(stack || summary.error + summary.warning + summary.advice === 0
      ? []
      : [
          dim(
            'doctor does not recognize the framework of the API: fixes are for Rails and Express; for another framework, use --stack',
          ),
        ]),
    '',
    ...by('error', 'warning', 'advice').flatMap(found),
    ...contract(),
    ...skipped(),
    ...fine(),
    ...suggestion(),
    paint(summary.error ? 'red' : summary.warning ? 'yellow' : 'green', total),
    '',
  ].join('\n')
}
