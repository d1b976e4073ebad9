import { commonError, isAuthError } from './errors.js'
import { pageError } from './page-errors.js'
import { openRemote } from './remote.js'
import type { Placement, Vault } from './types.js'

/** How long a vault may take to load and answer. In milliseconds. */
const PATIENCE = 30_000
/** How long the browser may take to say that it was a policy, which it does in a task of its own. */
const POLICY_PATIENCE = 100

/**
 * Starts the vault, or finds the one that is there.
 *
 * @param lost called once when it has stopped answering
 */
export async function connect({ shared, worker, page }: Placement, lost: () => void): Promise<Vault> {
  if (typeof window === 'undefined') throw commonError('not-in-browser')
  const make = typeof SharedWorker === 'undefined' ? worker : (shared ?? worker)
  if (make) return explained(() => openWorker(make(), lost))
  if (page) return explained(() => openPage(page))
  throw pageError('placement-missing')
}

async function openPage(load: NonNullable<Placement['page']>): Promise<Vault> {
  const { default: vault } = await load()
  if (!vault) throw pageError('vault-silent')
  // Other clients of this page may use it; it goes with the page.
  return Object.create(vault, { close: { value() {} } })
}

async function openWorker(worker: SharedWorker | Worker, lost: () => void): Promise<Vault> {
  const isShared = 'port' in worker
  const port = isShared ? worker.port : worker
  const close = () => (isShared ? worker.port.close() : worker.terminate())
  let timer: ReturnType<typeof setTimeout> | undefined
  const failed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(pageError('vault-silent')), PATIENCE)
    worker.addEventListener('error', (event) => reject((event as ErrorEvent).message), { once: true })
  })
  const opened = openRemote(port, close, lost)
  if (isShared) worker.port.start()
  try {
    return await Promise.race([opened, failed])
  } catch (error) {
    close()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** A script that is refused or missing says no more than that it failed; the policy says which directive it was. */
async function explained(open: () => Promise<Vault>): Promise<Vault> {
  let directive: string | undefined
  const note = (event: SecurityPolicyViolationEvent) => {
    if (event.disposition === 'enforce' && isAboutVault(event)) directive = event.effectiveDirective
  }
  addEventListener('securitypolicyviolation', note)
  try {
    return await open()
  } catch (cause) {
    if (!directive) await new Promise((resolve) => setTimeout(resolve, POLICY_PATIENCE))
    if (directive) throw commonError('policy-refused', { directive, cause })
    throw isAuthError(cause) ? cause : pageError('vault-script', { cause })
  } finally {
    removeEventListener('securitypolicyviolation', note)
  }
}

/** Other things on the page are refused as well, and are no reason for this. */
function isAboutVault({ blockedURI, effectiveDirective }: SecurityPolicyViolationEvent): boolean {
  const isScript =
    /^(child|script|worker)-src/.test(effectiveDirective) && blockedURI.startsWith(location.origin)
  return isScript || effectiveDirective.includes('trusted-types')
}
