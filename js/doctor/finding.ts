import { type Fix, fixOf, type Topic } from './fixes/index.js'
import { NotChecked, type Observations } from './probe/observations.js'

export type Severity = 'advice' | 'error' | 'warning'

/** One fault that a backend can have. */
export interface Check {
  /** `category.name`: stable, for CI and for searching. */
  id: string
  /** The fault, in one sentence. */
  title: string
  severity: Severity
  /** The effect on users. */
  reason: string
  fix: Topic
  /** The number of the rule in docs/contract.md that defines what is correct, and why; missing if there is no such rule. */
  rule?: number
  /**
   * Judges the observations: a pure function of them.
   *
   * @returns the fault, in words that contain no secret; nothing if there is no fault
   * @throws NotChecked if that cannot be determined
   */
  judge(observations: Observations): string | { evidence: string; severity: Severity } | undefined
}

/** The result of a check. */
export interface Finding extends Pick<Check, 'id' | 'reason' | 'title'> {
  fix: Fix
  severity: Severity | 'ok' | 'skipped'
  /** What was observed, or why nothing was observed. */
  evidence: string
  /** The rule in the documents of this package, such as `docs/contract.md#rule-9`. */
  contract?: string
}

/** The document that contains the rules. */
export const CONTRACT = 'docs/contract.md'

export function judge(check: Check, observations: Observations): Finding {
  const { id, title, reason, rule } = check
  const contract = rule && { contract: `${CONTRACT}#rule-${rule}` }
  const finding = { id, title, reason, fix: fixOf(check.fix, observations.plan.page), ...contract }
  try {
    const verdict = check.judge(observations)
    if (verdict === undefined) return { ...finding, severity: 'ok', evidence: '' }
    if (typeof verdict === 'string') return { ...finding, severity: check.severity, evidence: verdict }
    return { ...finding, ...verdict }
  } catch (error) {
    if (error instanceof NotChecked) return { ...finding, severity: 'skipped', evidence: error.message }
    throw error
  }
}
