/** How long to wait until the browser has linked a script that it has just loaded. In milliseconds. */
const LINK_TIMEOUT = 3000
/** The name of an export that no script has. */
const PROBE = 'tokencellProbe'

/**
 * Finds the error that prevents a module script from being linked: a syntax error or a missing import. The error event of
 * a worker contains neither. Therefore the page imports from the script an export that the script does not have. Browsers
 * link all modules before they run any of them. So this import always fails with the first link error, and the script does
 * not run in the page.
 */
export function linkErrorOf(script: URL): Promise<string | undefined> {
  const since = performance.now()
  const listening = new AbortController()
  const probe = document.createElement('script')
  const found = new Promise<string | undefined>((resolve) => {
    const onError = (event: ErrorEvent) => {
      const { message, filename, lineno, colno } = event
      if (!(event.error instanceof SyntaxError)) return
      event.preventDefault()
      resolve(message.includes(PROBE) ? undefined : `${message} (${filename}:${lineno}:${colno})`)
    }
    addEventListener('error', onError, { signal: listening.signal })
    probe.addEventListener('error', () => resolve(missingImport(since)))
    setTimeout(resolve, LINK_TIMEOUT)
    probe.type = 'module'
    probe.textContent = `import { ${PROBE} } from ${JSON.stringify(script.href)}`
    document.head.append(probe)
  })
  return found.finally(() => {
    listening.abort()
    probe.remove()
  })
}

/** `contentType` is not yet in TypeScript's types, nor in every browser. */
type Timing = PerformanceResourceTiming & { contentType?: string }

function missingImport(since: number): string | undefined {
  const entries = performance.getEntriesByType('resource') as Timing[]
  const missing = entries.find(
    ({ startTime, responseStatus, contentType = '' }) =>
      startTime >= since && (responseStatus >= 400 || contentType.includes('html')),
  )
  const { name, responseStatus, contentType } = missing ?? {}
  return (
    missing &&
    `it imports ${name}, which is answered with status ${responseStatus} ${contentType ?? ''}`.trim()
  )
}
