/** The own property at this dotted path; the value itself for an empty one. */
export function ownProperty(value: unknown, path: string): unknown {
  if (path === '') return value
  return path.split('.').reduce<unknown>((within, name) => {
    const isOwn = typeof within === 'object' && within !== null && Object.hasOwn(within, name)
    return isOwn ? (within as Record<string, unknown>)[name] : undefined
  }, value)
}
