const VIOLATION = 'securitypolicyviolation'
/** How long the browser may take to say that it was a policy, which it does in a task of its own. In milliseconds. */
const PATIENCE = 100

/** What Content Security Policies have refused in this realm, by origin or by keyword, and the directive that did. */
const refusals = new Map<string, string>()

globalThis.addEventListener?.(VIOLATION, (event) => {
  const { blockedURI, disposition, effectiveDirective } = event as SecurityPolicyViolationEvent
  if (disposition === 'enforce') refusals.set(originOf(blockedURI), effectiveDirective)
})

/** The directive that keeps this realm from a URL or from a keyword, if one does. Asked after a failure. */
export async function directiveAgainst(target: string): Promise<string | undefined> {
  if (!refusals.has(target)) await nextViolation()
  return refusals.get(target)
}

function nextViolation(): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer)
      removeEventListener(VIOLATION, settle)
      resolve()
    }
    const timer = setTimeout(settle, PATIENCE)
    addEventListener(VIOLATION, settle)
  })
}

/** Keywords such as `wasm-eval` are no URLs, and stand for themselves. */
export function originOf(uri: string): string {
  try {
    return new URL(uri).origin
  } catch {
    return uri
  }
}
