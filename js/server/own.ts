/** Members that keep their identity, because their methods may need it. */
const KEPT = ['store']

/**
 * A copy of options that has own members only, in all plain objects and lists. Code elsewhere in the process may have
 * written to `Object.prototype` (prototype pollution). Options that are not set must not come from there.
 */
export function ownCopy<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(ownCopy) as Value
  if (!isPlain(value)) return value
  const copy: Record<string, unknown> = Object.create(null)
  for (const [name, member] of Object.entries(value))
    copy[name] = KEPT.includes(name) ? member : ownCopy(member)
  return copy as Value
}

/** Whether the object has this member itself. As the operator `in`, it tells members of a union type apart. */
export const hasOwn = <Value extends object, Name extends string>(
  value: Value,
  name: Name,
): value is Extract<Value, { [Key in Name]: unknown }> => Object.hasOwn(value, name)

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  // Objects of another realm, such as that of a test or a sandbox, have another `Object.prototype`.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
