/** The raw value of a cookie that scripts may read; `null` if there is no such cookie. */
export function readCookie(name: string): string | null {
  const [, found] = `; ${document.cookie}`.split(`; ${name}=`)
  return found?.split(';')[0] ?? null
}

/** Decodes the value of a cookie, as servers do. A value that cannot be decoded is returned unchanged. */
export function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
