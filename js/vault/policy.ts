/** What Content Security Policies have refused in this realm, by origin or by keyword, and the directive that did. */
const refusals = new Map<string, string>()

globalThis.addEventListener?.('securitypolicyviolation', (event) => {
  const { blockedURI, disposition, effectiveDirective } = event as SecurityPolicyViolationEvent
  if (disposition === 'enforce') refusals.set(originOf(blockedURI), effectiveDirective)
})

/**
 * The directive that keeps this realm from a URL or from a keyword, if one does. Asked after a failure: the browser
 * reports a refusal in a task of its own, which is waited for.
 */
export async function directiveAgainst(target: string): Promise<string | undefined> {
  await new Promise((resolve) => setTimeout(resolve))
  return refusals.get(target)
}

/** Keywords such as `wasm-eval` are no URLs, and stand for themselves. */
export function originOf(uri: string): string {
  try {
    return new URL(uri).origin
  } catch {
    return uri
  }
}
