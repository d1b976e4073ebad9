/** The value of a cookie that scripts may read, as it stands; `null` if there is none. */
export function readCookie(name: string): string | null {
  const pairs = document.cookie.split('; ').map((pair) => pair.split(/=(.*)/s))
  return pairs.find(([key]) => key === name)?.[1] ?? null
}

/** Such a value as servers read it. */
export function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
