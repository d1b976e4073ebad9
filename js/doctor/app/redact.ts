import { Secrets } from '../secret.js'

/** A JWT, or a part of one. The group `secret` is what is not printed. */
const JWT = /(?<secret>eyJ[\w-]{6,}(?:\.[\w-]*){0,4})/g

/** What looks like a secret in a line of code. */
const SECRETS = [
  JWT,
  // Long random text: letters with digits. Names of variables that are so long are rare.
  /(?<secret>(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[A-Za-z\d+/=_-]{20,})/g,
  // Digits only, such as the key of a provider.
  /(?<secret>\d{16,})/g,
  // What is written after the scheme.
  /\b(?:Bearer|Basic|Token|JWT)\s+(?<secret>[\w.~+/=-]{6,})/g,
  // What is given to a name that says it: `password: '…'`.
  /(?:password|passwd|pwd|passphrase|secret|api_?key|private_?key|access_?key)\w*['"\]]*\s*(?:[!=]?={1,2}|:|=>|,)\s*(['"`])(?<secret>(?:(?!\1|\$\{).){4,})\1/gi,
  // The same for a token, unless it is a word: `tokenIn === 'cookie'`.
  /token\w*['"\]]*\s*(?:[!=]?={1,2}|:|=>|,)\s*(['"`])(?<secret>(?=[^'"`]*\d|[\w.-]{16})(?:(?!\1|\$\{).){6,})\1/gi,
  // Credentials in a URL.
  /:\/\/[^\s/:@]+:(?<secret>[^\s/@]{3,})@/g,
]

/** A line of code for a report, without what looks like a secret. */
export const withoutSecrets = (line: string, longest: number) => without(SECRETS, line, longest)

/** The path of a file for a report. Names of files may be as long as secrets. */
export const printablePath = (file: string) => without([JWT], file, 300)

function without(patterns: RegExp[], line: string, longest: number): string {
  const secrets = new Secrets()
  for (const pattern of patterns)
    for (const { groups } of line.matchAll(pattern)) if (groups?.secret) secrets.keep(groups.secret)
  return secrets.printable(line, longest)
}
