import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { connect } from '../../js/client/connect.js'
import { LOADING } from '../../js/common/snapshot.js'
import { VERSION } from '../../js/protocol/messages.js'
import { ADA } from './port.js'
import { scripted } from './scripted-vault.js'

/** A worker whose messages the test sends. */
class FakeWorker extends EventTarget {
  readonly postMessage = vi.fn()
  readonly terminate = vi.fn()

  say(data: object) {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
  fail(message?: string) {
    this.dispatchEvent(Object.assign(new Event('error'), { message }))
  }
}

const OBSERVER = { onSnapshot() {}, onEvent() {}, onLost() {} }

let page: EventTarget

beforeEach(() => {
  vi.useFakeTimers()
  page = new EventTarget()
  vi.stubGlobal('window', globalThis)
  vi.stubGlobal('location', new URL('https://app.test/'))
  vi.stubGlobal('Worker', FakeWorker)
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const violate = (effectiveDirective: string, blockedURI: string, disposition = 'enforce') =>
  page.dispatchEvent(
    Object.assign(new Event('securitypolicyviolation'), { effectiveDirective, blockedURI, disposition }),
  )

/** Connects to a worker. Returns the outcome after `happen` has run and `millis` have passed. */
async function connected(happen: (worker: FakeWorker) => void, millis = 1000) {
  const worker = new FakeWorker()
  const outcome = connect({ worker: () => worker as unknown as Worker }, OBSERVER).catch((error) => error)
  await vi.advanceTimersByTimeAsync(0)
  happen(worker)
  await vi.advanceTimersByTimeAsync(millis)
  // After a failure, the diagnosis is loaded. It waits for a report of a Content Security Policy violation.
  await vi.dynamicImportSettled()
  await vi.advanceTimersByTimeAsync(200)
  return { worker, outcome: await Promise.race([outcome, Promise.resolve('waiting')]) }
}

test('in a browser without shared workers, `shared` alone fails with `placement-missing`, and is not called', async () => {
  vi.stubGlobal('SharedWorker', undefined)
  const shared = vi.fn()
  await expect(connect({ shared }, OBSERVER)).rejects.toMatchObject({
    name: 'AuthError',
    code: 'placement-missing',
  })
  expect(shared).not.toHaveBeenCalled()
})

test('in a browser without shared workers, `worker` is used instead of `shared`, and not `page`', async () => {
  vi.stubGlobal('SharedWorker', undefined)
  const [shared, page, worker] = [vi.fn(), vi.fn(), new FakeWorker()]
  connect({ shared, page, worker: () => worker as unknown as Worker }, OBSERVER).catch(() => {})
  await vi.advanceTimersByTimeAsync(0)
  expect(worker.postMessage).toHaveBeenCalled()
  expect(shared).not.toHaveBeenCalled()
  expect(page).not.toHaveBeenCalled()
})

test('a vault that has not responded after 30 seconds fails with `vault-silent` and is terminated', async () => {
  expect((await connected(() => {}, 29_700)).outcome).toBe('waiting')
  const { outcome, worker } = await connected(() => {}, 30_200)
  expect(outcome).toMatchObject({ name: 'AuthError', code: 'vault-silent' })
  expect(outcome.message).toContain('Export openVault() as default')
  expect(worker.terminate).toHaveBeenCalled()
})

test('a vault that responds in time is not terminated later by the time limit', async () => {
  const { outcome, worker } = await connected((worker) => {
    worker.say({ type: 'welcome', version: VERSION, origins: [], instance: 'a' })
    setTimeout(() => worker.fail('later'), 100)
  }, 60_000)
  expect(outcome).toHaveProperty('run')
  expect(worker.terminate).not.toHaveBeenCalled()
})

test('a worker script that throws rejects with the message of its error', async () => {
  const { outcome, worker } = await connected((worker) => worker.fail('Uncaught Error: mine'))
  expect(outcome).toMatchObject({ code: 'vault-script', cause: 'Uncaught Error: mine' })
  expect(worker.terminate).toHaveBeenCalled()
})

test('a vault of another version rejects with `vault-mismatch`', async () => {
  const { outcome } = await connected((worker) =>
    worker.say({ type: 'welcome', version: 0, origins: [], instance: 'a' }),
  )
  expect(outcome).toMatchObject({ code: 'vault-mismatch' })
  expect(outcome.message).toMatch(/different versions.*Close all tabs/)
})

test('a module without a default export rejects with `vault-silent`', async () => {
  vi.useRealTimers()
  await expect(connect({ page: async () => ({}) as never }, OBSERVER)).rejects.toMatchObject({
    code: 'vault-silent',
    message: expect.stringContaining('as default'),
  })
})

test('the error names the directive that blocked the script, also when the browser reports it after the failure', async () => {
  for (const directive of ['worker-src', 'child-src', 'script-src', 'script-src-elem']) {
    const { outcome } = await connected((worker) => {
      worker.fail()
      setTimeout(violate, 50, directive, 'https://app.test/auth.vault.js')
    })
    expect(outcome).toMatchObject({ code: 'policy-refused', directive })
  }
})

test('the error names Trusted Types when they block the factory, and not when the factory throws', async () => {
  const start = (directive?: string) => {
    const outcome = connect(
      {
        worker() {
          if (directive) violate(directive, 'trusted-types-sink')
          throw new TypeError('mine')
        },
      },
      OBSERVER,
    ).catch((error) => error)
    return vi
      .dynamicImportSettled()
      .then(() => vi.advanceTimersByTimeAsync(1000))
      .then(() => outcome)
  }
  for (const directive of ['require-trusted-types-for', 'trusted-types'])
    expect(await start(directive)).toMatchObject({ code: 'policy-refused', directive })
  expect(await start()).toMatchObject({ code: 'vault-script', cause: new TypeError('mine') })
})

test('unrelated and report-only policy violations are not taken for the cause', async () => {
  const { outcome } = await connected((worker) => {
    violate('img-src', 'https://app.test/tracker.png')
    violate('script-src-elem', 'inline')
    violate('script-src-elem', 'https://ads.test/ads.js')
    violate('worker-src', 'https://app.test/auth.vault.js', 'report')
    worker.fail()
  })
  expect([outcome.code, outcome.directive]).toEqual(['vault-script', undefined])
})

test('a page script that never loads rejects with `vault-silent`', async () => {
  const opening = connect({ page: () => new Promise(() => {}) }, OBSERVER).catch((error) => error)
  await vi.advanceTimersByTimeAsync(30_200)
  expect(await opening).toMatchObject({ code: 'vault-silent' })
})

test('a vault that failed to start gets `bye`, so that a shared vault does not count the page as connected', async () => {
  const { worker } = await connected((worker) => worker.fail('mine'))
  expect(worker.postMessage.mock.calls.map(([{ type }]) => type)).toEqual(['hello', 'bye'])
})

test('in a browser with shared workers, `shared` is used, its port is started, and closed with the vault', async () => {
  vi.stubGlobal('SharedWorker', class {})
  const port = Object.assign(new FakeWorker(), { start: vi.fn(), close: vi.fn() })
  const shared = () => Object.assign(new EventTarget(), { port }) as unknown as SharedWorker
  const worker = vi.fn()
  const opening = connect({ shared, worker }, OBSERVER)
  await vi.advanceTimersByTimeAsync(0)
  expect(port.start).toHaveBeenCalledTimes(1)
  port.say({ type: 'welcome', version: VERSION, origins: [], instance: 'a' })
  const vault = await opening
  expect([worker.mock.calls.length, port.close.mock.calls.length]).toEqual([0, 0])
  vault.close()
  expect(port.close).toHaveBeenCalledTimes(1)
})

test('a client that closes the vault of the page gets nothing more from it, and the vault stays open', async () => {
  const { placement, vault, show, tell } = scripted()
  const [onSnapshot, onEvent] = [vi.fn(), vi.fn()]
  const connected = await connect(placement, { ...OBSERVER, onSnapshot, onEvent })
  expect(onSnapshot.mock.calls).toEqual([[LOADING]])
  connected.close()
  show(ADA)
  tell({ type: 'signed-in' })
  expect([onSnapshot.mock.calls.length, onEvent.mock.calls.length]).toEqual([1, 0])
  expect(vault.close).not.toHaveBeenCalled()
})
