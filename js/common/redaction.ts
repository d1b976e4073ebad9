/** A shorter secret is removed only if it is the whole value, because it may be part of an ordinary word. In bytes. */
const SHORTEST_PART = 8

/** How often a text is decoded: an API may quote a request inside a JSON text inside a URL. */
const MAX_DECODINGS = 3

/** A JWT at the start of a text, or a longer one anywhere in it. */
const JWT = /^eyJ.*\.|eyJ[\w-]{10,}\.[\w-]/s

/** Names of tokens, without separators and in lower case: `authToken`, `Refresh-Token`, `x-access-token`. */
const NAME =
  /^x?(idtoken|jwt|token|bearer|authorization)$|(access|api|auth|authentication|bearer|jwt|plaintext|refresh|security|session)token$/

/** Whether a member or a header with this name contains a token. Tokens against CSRF are no credentials. */
export const isTokenName = (name: string) => NAME.test(name.replace(/[\W_]/g, '').toLowerCase())

/**
 * Parses the text of a response and removes tokens (promise 3): every value and every key that is, contains or encodes one
 * of the secrets or a JWT, and every value whose key is the name of a token.
 *
 * @param headers of the response. The values of those that are named like a token are secrets, too
 * @param challenge a text that may look like a token
 * @returns the value, `undefined` if the text is not JSON; and whether there were tokens
 */
export function withoutTokens(
  text: string,
  headers: Headers | undefined,
  secrets: readonly string[],
  challenge: unknown,
): [shown: unknown, hasTokens: boolean] {
  try {
    return parseWithout(text, headers, secrets, challenge)
  } finally {
    // `RegExp.input` and its like keep the text of the last match, where every script of the realm can read it.
    ;/^/.test('')
  }
}

const parseWithout: typeof withoutTokens = (text, headers, secrets, challenge) => {
  const sent = [...(headers ?? [])].filter(([name]) => isTokenName(name)).map(([, value]) => value)
  // `Bearer abc` is a secret, and `abc` is one as well.
  const all = [...secrets, ...sent].flatMap((secret) => [secret, secret.replace(/^\w+ +(?=\S+$)/, '')])
  const needles = [...new Set(all)].filter(Boolean)
  let hasTokens = false

  const isShort = (secret: string) => new TextEncoder().encode(secret).length < SHORTEST_PART
  const whole = new Set(needles.filter(isShort))
  const parts = needles.filter((secret) => !isShort(secret))
  const isSecret = (text: string) => whole.has(text) || parts.some((secret) => text.includes(secret))

  function isToken(key: string, value: unknown): boolean {
    if (readings(key).some(isSecret)) return true
    // A short number is an id or a count more often than a token.
    if (typeof value === 'number') return String(value).length >= SHORTEST_PART && isSecret(String(value))
    if (typeof value !== 'string') return false
    const texts = readings(value)
    return (
      texts.some(isSecret) ||
      (value !== challenge && (isTokenName(key) || texts.some((text) => JWT.test(text))))
    )
  }

  try {
    const shown: unknown = JSON.parse(text, function (this: unknown, key, value) {
      if (!isToken(key, value)) return value
      hasTokens = true
      // Without the member, a list would have a hole.
      return Array.isArray(this) ? null : undefined
    })
    return [shown, hasTokens]
  } catch {
    return [undefined, false]
  }
}

/** The text, and what it means if it is percent-encoded, escaped as in JSON, or contains base64. */
function readings(text: string): string[] {
  const found = new Set([text])
  let latest = [text]
  for (let count = 0; count < MAX_DECODINGS && latest.length > 0; count++) {
    latest = latest.flatMap((text) => [unescaped(text), ...base64In(text)]).filter((text) => !found.has(text))
    for (const text of latest) found.add(text)
  }
  return [...found]
}

function unescaped(text: string): string {
  return text
    .replace(
      /\\(?:u([\da-f]{4})|(["\\/]))/gi,
      (_, code, char) => char ?? String.fromCharCode(Number(`0x${code}`)),
    )
    .replace(/(%[\da-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run)
      } catch {
        return run
      }
    })
}

/** The decoded texts of everything that may be base64. It may begin at any character, because words may stand before it. */
function base64In(text: string): string[] {
  const runs = text.match(/[\w+/-]{11,}/g) ?? []
  return [0, 1, 2, 3]
    .map((start) => runs.map((run) => decodeBase64(run.slice(start))).join('\n'))
    .filter(Boolean)
}

function decodeBase64(text: string): string {
  const base64 = text.replace(/-/g, '+').replace(/_/g, '/')
  try {
    return atob(base64.length % 4 === 1 ? base64.slice(0, -1) : base64)
  } catch {
    return ''
  }
}
