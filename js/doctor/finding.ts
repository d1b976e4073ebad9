import { type Fix, fixOf, type Topic } from './mends/index.js'
import { type Seen, Unseen } from './probe/seen.js'

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
   * @throws Unseen if that cannot be determined
   */
  judge(seen: Seen): string | { evidence: string; severity: Severity } | undefined
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

export function judge(check: Check, seen: Seen): Finding {
  const { id, title, reason, rule } = check
  const contract = rule && { contract: `${CONTRACT}#rule-${rule}` }
  const finding = { id, title, reason, fix: fixOf(check.fix, seen.plan.page), ...contract }
  try {
    const verdict = check.judge(seen)
    if (verdict === undefined) return { ...finding, severity: 'ok', evidence: '' }
    if (typeof verdict === 'string') return { ...finding, severity: check.severity, evidence: verdict }
    return { ...finding, ...verdict }
  } catch (error) {
    if (error instanceof Unseen) return { ...finding, severity: 'skipped', evidence: error.message }
    throw error
  }
}
