import { checks } from './checks/index.js'
import { type Finding, judge } from './finding.js'
import { type DoctorOptions, plan } from './options.js'
import { probe } from './probe/index.js'
import type { Seen } from './probe/seen.js'
import { Secrets } from './secret.js'
import { STACKS, type Stack } from './stack.js'
import { type Fitting, fit } from './suggest.js'
import type { Topology } from './topology.js'
import { tryOptions } from './trial/index.js'
import type { Act } from './trial/result.js'
import { vaultCode } from './vault-code.js'
import { createWire } from './wire.js'

/** What doctor has to say of an API. Plain data, and no secret in it. */
export interface Report {
  /** Of this shape. */
  version: 1
  url: string
  /** Where the pages are, and how that is to the API. */
  origin: string
  topology: Topology
  isSignedIn: boolean
  requests: number
  milliseconds: number
  /** What the API seems to be made with. */
  stack: Stack | undefined
  /** Worst first. */
  findings: Finding[]
  summary: Record<Finding['severity'], number>
  /** Missing where the options that fit were tried, and did not work: `options.work` says what. */
  suggestion: Suggestion | undefined
}

/** The options of a vault that work with this API, as a file; and what none of them can say. */
export interface Suggestion extends Pick<Fitting, 'notes'> {
  code: string
  /** What was done with these very options. */
  tried: Act[]
}

const ORDER: Finding['severity'][] = ['error', 'warning', 'advice', 'skipped', 'ok']

/**
 * Looks at an API from outside: opens some sessions, closes them, and judges what was answered.
 *
 * @throws UsageError
 * @throws Unreachable
 */
export async function examine(options: DoctorOptions): Promise<Report> {
  const { credentials } = options
  const planned = plan(options)
  const secrets = new Secrets()
  if (credentials) for (const text of Object.values(credentials)) secrets.keep(text)
  const began = Date.now()
  const wire = createWire(planned)
  const seen = await probe(planned, wire, secrets)
  const fitting = fit(seen)
  if (fitting) seen.trial = await tryOptions(fitting.options, seen, wire)
  const findings = withoutBlame(checks.map((check) => judge(check, seen))).sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity),
  )
  const count = (severity: Finding['severity']) => findings.filter((it) => it.severity === severity).length
  return {
    version: 1,
    url: `${planned.api.origin}${planned.api.pathname.replace(/\/$/, '')}`,
    origin: planned.page,
    topology: planned.topology,
    isSignedIn: seen.exchange('sign-in')?.answer?.isOk ?? false,
    requests: wire.requests,
    milliseconds: Date.now() - began,
    stack: stackOf(seen),
    findings,
    summary: {
      error: count('error'),
      warning: count('warning'),
      advice: count('advice'),
      ok: count('ok'),
      skipped: count('skipped'),
    },
    suggestion: suggestionOf(seen, fitting),
  }
}

/** Options that do not work because of what is an error anyway are no error of their own. */
function withoutBlame(findings: Finding[]): Finding[] {
  const isExplained = findings.some(({ id, severity }) => severity === 'error' && id !== 'options.work')
  return findings.map((finding) =>
    finding.id === 'options.work' && finding.severity === 'error' && isExplained
      ? { ...finding, severity: 'warning' }
      : finding,
  )
}

function suggestionOf({ trial }: Seen, fitting: Fitting | undefined): Suggestion | undefined {
  if (!fitting || !trial || trial.failure) return undefined
  return { code: vaultCode(fitting.options), notes: fitting.notes, tried: trial.tried }
}

/** The one that most answers look like. */
function stackOf(seen: Seen): Stack | undefined {
  const count = (stack: Stack) => seen.answered().filter(({ answer }) => answer.stack === stack).length
  const [best] = [...STACKS].sort((a, b) => count(b) - count(a))
  return best && count(best) > 0 ? best : undefined
}
