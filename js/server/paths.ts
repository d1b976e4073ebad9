/** A path, or a family of paths: `*` stands for one segment, `**` at the end for any number of them. */
export type Segments = readonly string[]

/** `undefined` for what is no such pattern. */
export function parsePattern(pattern: string): Segments | undefined {
  const segments = pattern.split('/').slice(1)
  const isWell = (segment: string, at: number) =>
    !segment.includes('*') || segment === '*' || (segment === '**' && at === segments.length - 1)
  return pattern.startsWith('/') && segments.every(isWell) ? segments : undefined
}

/** @param least how many segments `**` has to stand for */
export function fits(segments: Segments, pathname: string, least = 1): boolean {
  const asked = pathname.split('/').slice(1)
  const isOpen = segments.at(-1) === '**'
  const fixed = isOpen ? segments.slice(0, -1) : segments
  if (isOpen ? asked.length < fixed.length + least : asked.length !== fixed.length) return false
  return fixed.every((segment, at) => (segment === '*' ? asked[at] !== '' : segment === asked[at]))
}
