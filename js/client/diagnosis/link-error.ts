/** How long the browser may take to link a script that it has just loaded. In milliseconds. */
const LINK_TIMEOUT = 3000
/** An export that no script has. */
const PROBE = 'tokencellProbe'

/**
 * What keeps a module script from being linked: an error in its syntax, an import that is missing. A worker tells its page
 * neither. The page therefore imports from the script what the script does not have: modules are linked before any of
 * them runs, so that this always fails, with the first error there is, and nothing of the script runs here.
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

/** Not yet in the types, nor in every browser. */
type Timing = PerformanceResourceTiming & { contentType?: string }

function missingImport(since: number): string | undefined {
  const entries = performance.getEntriesByType('resource') as Timing[]
  const missing = entries.find(
    ({ startTime, responseStatus, contentType = '' }) =>
      startTime >= since && (responseStatus >= 400 || contentType.includes('html')),
  )
  const { name, responseStatus, contentType } = missing ?? {}
  return missing && `it imports ${name}, which is answered with ${responseStatus} ${contentType ?? ''}`.trim()
}
