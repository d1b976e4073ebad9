import { checks } from './checks/index.js'
import { type Finding, judge } from './finding.js'
import { type DoctorOptions, plan } from './options.js'
import { probe } from './probe/index.js'
import type { Observations } from './probe/observations.js'
import { Secrets } from './secret.js'
import { STACKS, type Stack } from './stack.js'
import { type Fitting, fit } from './suggest.js'
import type { Topology } from './topology.js'
import { createTransport } from './transport.js'
import { tryOptions } from './trial/index.js'
import type { Act } from './trial/result.js'
import { vaultCode } from './vault-code.js'

/** The report about an API. It is plain data without secrets. */
export interface Report {
  /** The version of this structure. */
  version: 1
  url: string
  /** The origin of the pages. `topology` is its relation to the API. */
  origin: string
  topology: Topology
  isSignedIn: boolean
  requests: number
  milliseconds: number
  /** The framework that the API seems to use. */
  stack: Stack | undefined
  /** Worst first. */
  findings: Finding[]
  summary: Record<Finding['severity'], number>
  /** Missing if the suggested options were tried and did not work. The finding `options.work` contains the reason. */
  suggestion: Suggestion | undefined
}

/** The options of a vault that work with this API, as a file, and notes about what no option can express. */
export interface Suggestion extends Pick<Fitting, 'notes'> {
  code: string
  /** The actions that were tried with exactly these options. */
  tried: Act[]
}

const ORDER: Finding['severity'][] = ['error', 'warning', 'advice', 'skipped', 'ok']

/**
 * Checks an API from outside: opens some sessions, closes them, and judges the responses.
 *
 * @throws UsageError
 * @throws Unreachable
 */
export async function examine(options: DoctorOptions): Promise<Report> {
  const { credentials } = options
  const planned = plan(options)
  const secrets = new Secrets()
  if (credentials) for (const text of Object.values(credentials)) secrets.keepCredential(text)
  const began = Date.now()
  const transport = createTransport(planned)
  const observations = await probe(planned, transport, secrets)
  const fitting = fit(observations)
  if (fitting) observations.trial = await tryOptions(fitting.options, observations, transport)
  const findings = withoutBlame(checks.map((check) => judge(check, observations))).sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity),
  )
  const count = (severity: Finding['severity']) => findings.filter((it) => it.severity === severity).length
  return secrets.clean({
    version: 1,
    url: `${planned.api.origin}${planned.api.pathname.replace(/\/$/, '')}`,
    origin: planned.page,
    topology: planned.topology,
    isSignedIn: observations.exchange('sign-in')?.answer?.isOk ?? false,
    requests: transport.requests,
    milliseconds: Date.now() - began,
    stack: stackOf(observations),
    findings,
    summary: {
      error: count('error'),
      warning: count('warning'),
      advice: count('advice'),
      ok: count('ok'),
      skipped: count('skipped'),
    },
    suggestion: suggestionOf(observations, fitting),
  })
}

/** If another error explains why the options do not work, this finding is not an error of its own. */
function withoutBlame(findings: Finding[]): Finding[] {
  const isExplained = findings.some(({ id, severity }) => severity === 'error' && id !== 'options.work')
  return findings.map((finding) =>
    finding.id === 'options.work' && finding.severity === 'error' && isExplained
      ? { ...finding, severity: 'warning' }
      : finding,
  )
}

function suggestionOf({ trial }: Observations, fitting: Fitting | undefined): Suggestion | undefined {
  if (!fitting || !trial || trial.failure) return undefined
  return { code: vaultCode(fitting.options), notes: fitting.notes, tried: trial.tried }
}

/** The framework that most responses point to. */
function stackOf(observations: Observations): Stack | undefined {
  const count = (stack: Stack) =>
    observations.answered().filter(({ answer }) => answer.stack === stack).length
  const [best] = [...STACKS].sort((a, b) => count(b) - count(a))
  return best && count(best) > 0 ? best : undefined
}
