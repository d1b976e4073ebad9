import { type Fix, fixOf, type Topic } from './mends/index.js'
import { type Seen, Unseen } from './probe/seen.js'

export type Severity = 'advice' | 'error' | 'warning'

/** One thing that a backend can get wrong. */
export interface Check {
  /** `room.thing`: stable, for CI and for looking up. */
  id: string
  /** The fault, in a sentence. */
  title: string
  severity: Severity
  /** What happens to users. */
  reason: string
  fix: Topic
  /** Number of the rule of docs/contract.md that says what is right, and why; missing where none does. */
  rule?: number
  /**
   * Looks at what was seen: a pure function of it.
   *
   * @returns what is wrong, in words that hold no secret; nothing if all is well
   * @throws Unseen if that cannot be told
   */
  judge(seen: Seen): string | { evidence: string; severity: Severity } | undefined
}

/** What came of a check. */
export interface Finding extends Pick<Check, 'id' | 'reason' | 'title'> {
  fix: Fix
  severity: Severity | 'ok' | 'skipped'
  /** What was seen, or why nothing was. */
  evidence: string
  /** The rule in the documents of this package, such as `docs/contract.md#rule-9`. */
  contract?: string
}

/** The document that has the rules. */
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
