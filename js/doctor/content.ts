/** What the body of a response says, for any status. */
export interface Content {
  /** `nothing` for `null` and `{ "user": null }`; `failure` for `{ "success": false }` and `{ "error": "…" }`. */
  says: 'failure' | 'nothing' | 'something'
  /** The names and types in the body, without values. Similar responses of one endpoint have the same shape. */
  shape: string
}

const FAILURES = /^(error|fail|failed|failure|unauthori[sz]ed|unauthenticated)$/i
const DEEPEST = 6

export function readContent(body: string, isHtml: boolean): Content {
  if (isHtml) return { says: 'something', shape: 'html' }
  const value = parse(body)
  if (value === undefined) return { says: body.trim() === '' ? 'nothing' : 'something', shape: 'text' }
  if (isFailure(value)) return { says: 'failure', shape: shapeOf(value) }
  return isEmpty(value) ? { says: 'nothing', shape: 'nothing' } : { says: 'something', shape: shapeOf(value) }
}

/** Whether the value is empty: `null`, `false`, `{}`, and objects that contain only these. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true
  return typeof value === 'object' && Object.values(value).every(isEmpty)
}

function isFailure(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { success, ok, error, errors, status } = value as Record<string, unknown>
  if (success === false || ok === false) return true
  return !isEmpty(error) || !isEmpty(errors) || (typeof status === 'string' && FAILURES.test(status))
}

function shapeOf(value: unknown, depth = 0): string {
  if (Array.isArray(value)) return 'list'
  if (typeof value !== 'object' || value === null || depth >= DEEPEST) return typeof value
  const members = Object.entries(value).map(([name, it]) => `${name}:${shapeOf(it, depth + 1)}`)
  return `{${members.sort().join()}}`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
