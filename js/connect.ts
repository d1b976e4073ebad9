import { commonError, isAuthError } from './errors.js'
import { pageError } from './page-errors.js'
import { openRemote } from './remote.js'
import type { Placement, Vault } from './types.js'

/** How long a vault may take to load and answer. In milliseconds. */
const PATIENCE = 30_000

/**
 * Starts the vault, or finds the one that is there.
 *
 * @param lost called once when it has stopped answering
 */
export async function connect({ shared, worker, page }: Placement, lost: () => void): Promise<Vault> {
  if (typeof window === 'undefined') throw commonError('not-in-browser')
  if (shared && typeof SharedWorker !== 'undefined') return connectWorker(shared, lost)
  if (worker && typeof Worker !== 'undefined') return connectWorker(worker, lost)
  if (!page) throw pageError('placement-missing')
  try {
    const { default: vault } = await page()
    // Other clients of this page may use it; it goes with the page.
    return Object.create(vault, { close: { value() {} } })
  } catch (cause) {
    throw isAuthError(cause) ? cause : commonError('vault-failed', { cause })
  }
}

/** A worker that is refused or missing says no more than `error`; the policy says which directive it was. */
function connectWorker(create: () => SharedWorker | Worker, lost: () => void): Promise<Vault> {
  return new Promise((resolve, reject) => {
    let directive: string | undefined
    const note = (event: SecurityPolicyViolationEvent) => {
      if (event.disposition === 'enforce') directive = event.effectiveDirective
    }
    const settle = () => {
      clearTimeout(timer)
      removeEventListener('securitypolicyviolation', note)
    }
    const fail = (code: 'vault-script' | 'vault-silent', cause?: unknown) => {
      // The browser reports a refusal in a task of its own.
      setTimeout(() => {
        settle()
        reject(directive ? commonError('policy-refused', { directive }) : pageError(code, { cause }))
      })
    }
    const timer = setTimeout(fail, PATIENCE, 'vault-silent')
    addEventListener('securitypolicyviolation', note)
    try {
      const worker = create()
      worker.addEventListener('error', () => fail('vault-script'), { once: true })
      const isShared = 'port' in worker
      const port = isShared ? worker.port : worker
      const close = () => (isShared ? worker.port.close() : worker.terminate())
      openRemote(port, close, lost).finally(settle).then(resolve, reject)
      if (isShared) worker.port.start()
    } catch (cause) {
      fail('vault-script', cause)
    }
  })
}
