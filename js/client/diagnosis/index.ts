import { AuthError, isAuthError } from '../../common/errors.js'
import { platformFetch } from '../../common/platform-fetch.js'
import { policyError } from '../../common/policy-error.js'
import { linkErrorOf } from './link-error.js'
import { scriptOf, type WorkerScript } from './worker-script.js'

/** How long to wait for the event of a policy violation, which the browser fires in a separate task. In milliseconds. */
const POLICY_TIMEOUT = 100
/** How long to wait for the server of the script. In milliseconds. */
const ANSWER_TIMEOUT = 5000

/**
 * Finds out why a vault did not start. Only pages whose vault did not start load this module.
 *
 * @param cause the thrown error, or the `error` event of the worker
 * @param violations the policy violations since the start of the vault; more may be added during the call
 * @param make the factory of the worker, if there is one
 */
export async function diagnose(
  cause: unknown,
  violations: readonly SecurityPolicyViolationEvent[],
  make?: () => unknown,
): Promise<AuthError> {
  if (!violations.some(isAboutVault)) await new Promise((resolve) => setTimeout(resolve, POLICY_TIMEOUT))
  const directive = violations.find(isAboutVault)?.effectiveDirective
  if (directive) return policyError({ directive, cause: thrownIn(cause)?.cause ?? cause })
  if (!isAuthError(cause)) return diagnoseScript(cause, make)
  return (cause.code === 'vault-silent' && make && (await silentFault(cause, make))) || cause
}

/** Chromium sometimes fires no error event for a shared worker whose script cannot be linked. */
async function silentFault(cause: AuthError, make: () => unknown): Promise<AuthError | undefined> {
  const worker = scriptOf(make)
  const fault = worker && (await loadFault(worker.url, worker))
  return fault ? scriptError(worker, worker.url, fault, cause) : undefined
}

/** Whether a violation can be the cause. Violations by other parts of the page, or in report-only mode, are not. */
function isAboutVault({
  blockedURI,
  disposition,
  effectiveDirective,
}: SecurityPolicyViolationEvent): boolean {
  const isScript =
    /^(child|script|worker)-src/.test(effectiveDirective) && blockedURI.startsWith(location.origin)
  return disposition === 'enforce' && (isScript || effectiveDirective.includes('trusted-types'))
}

async function diagnoseScript(cause: unknown, make?: () => unknown): Promise<AuthError> {
  const thrown = thrownIn(cause)
  const worker = make && scriptOf(make)
  const url = worker?.url ?? urlIn(thrown?.text)
  const fault =
    (worker && originFault(worker)) ??
    (thrown?.place && `throws: ${thrown.text} (${thrown.place}).`) ??
    (url && (await loadFault(url, worker))) ??
    (thrown
      ? `throws: ${thrown.text}.`
      : 'does not start. It may throw, or import a missing file: see the console of the worker.')
  return scriptError(worker, url, fault, thrown?.cause ?? cause)
}

function scriptError(
  worker: WorkerScript | undefined,
  url: URL | undefined,
  fault: string,
  cause: unknown,
): AuthError {
  const subject = worker
    ? `The vault script ${worker.url.href}`
    : url
      ? `A script of the vault, ${url.href},`
      : 'The vault script, or the function that starts it,'
  return new AuthError('vault-script', `${subject} ${fault}`, { cause })
}

interface Thrown {
  text: string
  /** URL, line and column, if the browser gives them. */
  place?: string | undefined
  cause: unknown
}

function thrownIn(cause: unknown): Thrown | undefined {
  if (cause instanceof Error) {
    const place = cause.stack?.match(/https?:\/\/[^\s)]+:\d+:\d+/)?.[0]
    return { text: String(cause), place, cause }
  }
  if (!(cause instanceof Event)) return { text: String(cause), cause }
  const { message, filename, lineno, colno } = cause as Partial<ErrorEvent>
  if (!message) return undefined
  // Browsers leave the file empty if the script comes from another origin.
  const place = filename ? `${filename}:${lineno}:${colno}` : undefined
  return { text: message, place, cause: message }
}

/** Errors of `import()` have a URL in their message: that of the vault script, or of a script that it imports. */
function urlIn(text = ''): URL | undefined {
  const [url] = text.match(/https?:\/\/[^\s'"]+/) ?? []
  return url ? new URL(url) : undefined
}

function originFault({ url }: WorkerScript): string | undefined {
  const isForeign = /^https?:$/.test(url.protocol) && url.origin !== location.origin
  return isForeign
    ? `is on another origin than the page, and browsers do not start such workers. Serve it from ${location.origin}.`
    : undefined
}

/** Loads the script as text, so that the script does not run. */
async function loadFault(url: URL, worker: WorkerScript | undefined): Promise<string | undefined> {
  // Not `AbortSignal.timeout`: it needs a newer browser than the rest of the page's code.
  const late = new AbortController()
  const timer = setTimeout(() => late.abort('no response in time'), ANSWER_TIMEOUT)
  const asked = platformFetch(url, { cache: 'no-store', signal: late.signal })
  const answer = await asked.catch((error: unknown) => String(error)).finally(() => clearTimeout(timer))
  if (typeof answer === 'string') return `cannot be fetched: ${answer}. Check that its server runs.`
  if (!answer.ok) return `is answered with status ${answer.status}.${await reportIn(answer)}`
  const type = answer.headers.get('content-type') ?? '(none)'
  if (!/javascript/i.test(type))
    return `has the content type ${type}, which is not JavaScript. Check its path: many servers send an HTML page if a file is missing.`
  const isModule = worker?.isModule ?? true
  const linkError = isModule ? await linkErrorOf(url).catch(() => undefined) : undefined
  return linkError && `does not load: ${linkError}.`
}

/** The compile error of a development server. Vite and Next send it as JSON inside a page. */
async function reportIn(answer: Response): Promise<string> {
  const [, message] = (await answer.text().catch(() => '')).match(/"message":("(?:[^"\\]|\\.)+")/) ?? []
  return message ? ` The server reports: ${JSON.parse(message)}` : ''
}
