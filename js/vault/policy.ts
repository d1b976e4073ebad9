const VIOLATION = 'securitypolicyviolation'
/** How long to wait for the event of a policy violation, which the browser fires in a separate task. In milliseconds. */
const PATIENCE = 100

/**
 * What Content Security Policies have blocked in this realm. The key is an origin or a keyword, the value the directive.
 */
const refusals = new Map<string, string>()

globalThis.addEventListener?.(VIOLATION, (event) => {
  const { blockedURI, disposition, effectiveDirective } = event as SecurityPolicyViolationEvent
  if (disposition === 'enforce') refusals.set(originOf(blockedURI), effectiveDirective)
})

/** The directive that blocks an origin or a keyword in this realm, if there is one. To be called after a failure. */
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

/** The origin of a URL. A keyword such as `wasm-eval` is no URL and is returned unchanged. */
export function originOf(uri: string): string {
  try {
    return new URL(uri).origin
  } catch {
    return uri
  }
}
