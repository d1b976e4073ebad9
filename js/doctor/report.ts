import { checks } from './checks/index.js'
import { type Finding, judge } from './finding.js'
import { type DoctorOptions, plan } from './options.js'
import { probe } from './probe/index.js'
import type { Seen } from './probe/seen.js'
import { Secrets } from './secret.js'
import { type Suggestion, suggest } from './suggest.js'
import type { Topology } from './topology.js'
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
  stack: 'express' | 'rails' | undefined
  /** Worst first. */
  findings: Finding[]
  summary: Record<Finding['severity'], number>
  suggestion: Suggestion | undefined
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
  const findings = checks
    .map((check) => judge(check, seen))
    .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))
  const count = (severity: Finding['severity']) => findings.filter((it) => it.severity === severity).length
  return secrets.scrub<Report>({
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
    suggestion: suggest(seen),
  })
}

function stackOf(seen: Seen): Report['stack'] {
  const has = (name: string, pattern: RegExp) =>
    seen.answered().some(({ answer }) => pattern.test(answer.header(name) ?? ''))
  if (has('x-runtime', /./)) return 'rails'
  return has('x-powered-by', /express/i) ? 'express' : undefined
}
