/** The own property at this dotted path. For an empty path, the value itself. */
export function ownProperty(value: unknown, path: string): unknown {
  if (path === '') return value
  return path.split('.').reduce<unknown>((within, name) => {
    const isOwn = typeof within === 'object' && within !== null && Object.hasOwn(within, name)
    return isOwn ? (within as Record<string, unknown>)[name] : undefined
  }, value)
}
