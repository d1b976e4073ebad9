import { commonError, isAuthError } from '../common/errors.js'
import type { ConnectedVault, VaultObserver } from '../protocol/vault.js'
import { pageError } from './errors.js'
import type { Placement } from './placement.js'
import { openRemote } from './remote.js'

/** If a vault has not loaded and answered within this time, its start has failed. In milliseconds. */
const START_TIMEOUT = 30_000

/** Starts the vault, or connects to a running one. */
export async function connect(
  { shared, worker, page }: Placement,
  observer: VaultObserver,
): Promise<ConnectedVault> {
  if (typeof window === 'undefined') throw commonError('not-in-browser')
  const make = typeof SharedWorker === 'undefined' ? worker : (shared ?? worker)
  // In development the factory is wrapped and returns a promise.
  if (make) return withDiagnosis(async () => openWorker(await make(), observer), make)
  if (page) return withDiagnosis(() => openPage(page, observer))
  throw pageError('placement-missing')
}

async function openPage(
  load: NonNullable<Placement['page']>,
  { onSnapshot, onEvent }: VaultObserver,
): Promise<ConnectedVault> {
  const { default: vault } = await inTime(load())
  if (!vault) throw pageError('vault-silent')
  const show = () => onSnapshot(vault.snapshot)
  const stop = [vault.onEvent(onEvent), vault.subscribe(show)]
  show()
  // Other clients of this page may use the same vault, so this does not close it. It ends with the page.
  const close = () => {
    for (const unsubscribe of stop) unsubscribe()
  }
  // A vault that cannot start rejects here, as a vault in a worker does.
  await vault.origins().catch((error) => {
    close()
    throw error
  })
  return Object.create(vault, { close: { value: close } })
}

function openWorker(worker: SharedWorker | Worker, observer: VaultObserver): Promise<ConnectedVault> {
  const isShared = 'port' in worker
  const port = isShared ? worker.port : worker
  const close = () => (isShared ? worker.port.close() : worker.terminate())
  let vault: ConnectedVault
  const opening = new Promise<ConnectedVault>((resolve, reject) => {
    worker.addEventListener('error', reject, { once: true })
    const onWelcome = () => resolve(vault)
    vault = openRemote(port, { ...observer, close, onWelcome, onFailed: reject })
    if (isShared) worker.port.start()
  })
  return inTime(opening).catch((error) => {
    vault.close()
    throw error
  })
}

/**
 * Waits for the start.
 *
 * @throws AuthError `vault-silent` if it takes longer than {@link START_TIMEOUT}
 */
function inTime<T>(starting: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(pageError('vault-silent')), START_TIMEOUT)
    starting.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Opens the vault. If that fails, throws an error with the reason. The code that finds the reason is loaded only then. */
async function withDiagnosis(
  open: () => Promise<ConnectedVault>,
  make?: () => SharedWorker | Worker,
): Promise<ConnectedVault> {
  const violations: SecurityPolicyViolationEvent[] = []
  const note = (event: SecurityPolicyViolationEvent) => void violations.push(event)
  addEventListener('securitypolicyviolation', note)
  try {
    return await open()
  } catch (cause) {
    const diagnosis = import('./diagnosis/index.js').then(({ diagnose }) => diagnose(cause, violations, make))
    throw await inTime(diagnosis).catch(() =>
      isAuthError(cause) ? cause : pageError('vault-script', { cause }),
    )
  } finally {
    removeEventListener('securitypolicyviolation', note)
  }
}
