/**
 * Called by the core. Decodes base64url without padding (RFC 4648 §5) to text; `undefined` if it is not base64url of UTF-8.
 * Unused bits must be zero, so that each text has only one spelling.
 */
export function decodeBase64url(text: string): string | undefined {
  try {
    const base64 = text.replace(/-/g, '+').replace(/_/g, '/')
    const binary = atob(base64)
    if (/[+/]/.test(text) || btoa(binary).replace(/=/g, '') !== base64) return undefined
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
