/** The raw value of a cookie that scripts may read; `null` if there is no such cookie. */
export function readCookie(name: string): string | null {
  const pairs = document.cookie.split('; ').map((pair) => pair.split(/=(.*)/s))
  return pairs.find(([key]) => key === name)?.[1] ?? null
}

/** The prefix of the name of a `<meta>` element. The name of a cookie has no colon. */
export const META = 'meta:'

/** The raw value of a cookie, or the content of the `<meta>` element whose name follows {@link META}. */
export function readPageValue(name: string): string | null {
  if (!name.startsWith(META)) return readCookie(name)
  const elements = document.getElementsByName(name.slice(META.length))
  return elements[0]?.getAttribute('content') ?? null
}

/** Decodes the value of a cookie, as servers do. A value that cannot be decoded is returned unchanged. */
export function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
