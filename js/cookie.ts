/** The value of a cookie that scripts may read, as it stands; `null` if there is none. */
export function readCookie(name: string): string | null {
  const pairs = document.cookie.split('; ').map((pair) => pair.split(/=(.*)/s))
  return pairs.find(([key]) => key === name)?.[1] ?? null
}
