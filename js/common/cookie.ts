/** The raw value of a cookie that scripts may read; `null` if there is no such cookie. */
export function readCookie(name: string): string | null {
  const pairs = document.cookie.split('; ').map((pair) => pair.split(/=(.*)/s))
  return pairs.find(([key]) => key === name)?.[1] ?? null
}

/** Decodes the value of a cookie, as servers do. A value that cannot be decoded is returned unchanged. */
export function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
