import { ownCopy as copy } from '../common/own-property.js'

/**
 * A copy of options that has own members only. Code elsewhere in the process may have written to `Object.prototype` (prototype
 * pollution). A store and instances of classes stay as they are, because their methods may need their identity.
 */
export const ownCopy = <Value>(value: Value): Value =>
  copy(value, (each, name) => name === 'store' || !(Array.isArray(each) || isPlain(each)))

/** Whether the object has this member itself. As the operator `in`, it tells members of a union type apart. */
export const hasOwn = <Value extends object, Name extends string>(
  value: Value,
  name: Name,
): value is Extract<Value, { [Key in Name]: unknown }> => Object.hasOwn(value, name)

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  // Objects of another realm, such as that of a test or a sandbox, have another `Object.prototype`.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
