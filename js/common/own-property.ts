/** The own property at this dotted path. For an empty path, the value itself. */
export function ownProperty(value: unknown, path: string): unknown {
  if (path === '') return value
  return path.split('.').reduce<unknown>((within, name) => {
    const isOwn = typeof within === 'object' && within !== null && Object.hasOwn(within, name)
    return isOwn ? (within as Record<string, unknown>)[name] : undefined
  }, value)
}

/**
 * A deep copy that inherits nothing: a member that is missing stays missing if a script has changed `Object.prototype`.
 *
 * @param isKept tells which values stay as they are
 */
export function ownCopy<T>(value: T, isKept?: (value: object, name: string) => boolean, name = ''): T {
  if (typeof value !== 'object' || value === null || isKept?.(value, name)) return value
  if (Array.isArray(value)) return value.map((item) => ownCopy(item, isKept)) as T
  const members = Object.entries(value).map(([name, member]) => [name, ownCopy(member, isKept, name)])
  return Object.setPrototypeOf(Object.fromEntries(members), null)
}
