/** The three flags of a session cookie. */
export const FLAGS = ['HttpOnly', 'Secure', 'SameSite'] as const
export type Flag = (typeof FLAGS)[number]

/** `without HttpOnly and Secure`; undefined if none is missing. */
export function without(missing: readonly Flag[]): string | undefined {
  if (missing.length === 0) return undefined
  return `without ${missing.join(', ').replace(/, (?=[^,]*$)/, ' and ')}`
}

/** What is missing in the text of a cookie. */
export const missingIn = (text: string, flags: readonly Flag[]) =>
  without(flags.filter((flag) => !new RegExp(`\\b${flag}\\b`, 'i').test(text)))
