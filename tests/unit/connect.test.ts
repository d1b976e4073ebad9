import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { connect } from '../../js/client/connect.js'
import { VERSION } from '../../js/protocol/messages.js'

/** A worker that says what the test says. */
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

/** Connects to a worker, and gives what became of it when `happen` has happened and the waits are over. */
async function connected(happen: (worker: FakeWorker) => void, millis = 1000) {
  const worker = new FakeWorker()
  const outcome = connect({ worker: () => worker as unknown as Worker }, OBSERVER).catch((error) => error)
  await vi.advanceTimersByTimeAsync(0)
  happen(worker)
  await vi.advanceTimersByTimeAsync(millis)
  // After a failure the diagnosis is loaded, and waits for the word of a policy.
  await vi.dynamicImportSettled()
  await vi.advanceTimersByTimeAsync(200)
  return { worker, outcome: await Promise.race([outcome, Promise.resolve('waiting')]) }
}

test('a vault that has not answered after 30 seconds is silent, and is ended', async () => {
  expect((await connected(() => {}, 29_900)).outcome).toBe('waiting')
  const { outcome, worker } = await connected(() => {}, 30_200)
  expect(outcome).toMatchObject({ name: 'AuthError', code: 'vault-silent' })
  expect(outcome.message).toContain('Export openVault() as default')
  expect(worker.terminate).toHaveBeenCalled()
})

test('a vault that answers in time is not ended by its time limit', async () => {
  const { outcome, worker } = await connected((worker) => {
    worker.say({ type: 'welcome', version: VERSION, origins: [], instance: 'a' })
    setTimeout(() => worker.fail('later'), 100)
  }, 60_000)
  expect(outcome).toHaveProperty('signIn')
  expect(worker.terminate).not.toHaveBeenCalled()
})

test('a script that fails says what it said', async () => {
  const { outcome, worker } = await connected((worker) => worker.fail('Uncaught Error: mine'))
  expect(outcome).toMatchObject({ code: 'vault-script', cause: 'Uncaught Error: mine' })
  expect(worker.terminate).toHaveBeenCalled()
})

test('a vault of another version is a mismatch', async () => {
  const { outcome } = await connected((worker) =>
    worker.say({ type: 'welcome', version: 0, origins: [], instance: 'a' }),
  )
  expect(outcome).toMatchObject({ code: 'vault-mismatch' })
  expect(outcome.message).toMatch(/different versions.*Close all tabs/)
})

test('a module without a default export is a vault that does not answer', async () => {
  vi.useRealTimers()
  await expect(connect({ page: async () => ({}) as never }, OBSERVER)).rejects.toMatchObject({
    code: 'vault-silent',
    message: expect.stringContaining('as default'),
  })
})

test('the directive that refused the script is named, also when the browser says so after the failure', async () => {
  for (const directive of ['worker-src', 'child-src', 'script-src', 'script-src-elem']) {
    const { outcome } = await connected((worker) => {
      worker.fail()
      setTimeout(violate, 50, directive, 'https://app.test/auth.vault.js')
    })
    expect(outcome).toMatchObject({ code: 'policy-refused', directive })
  }
})

test('a factory that Trusted Types stop names them, and one that just throws does not', async () => {
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

test('what else a policy refuses meanwhile, or only reports, is not taken for the cause', async () => {
  const { outcome } = await connected((worker) => {
    violate('img-src', 'https://app.test/tracker.png')
    violate('script-src-elem', 'inline')
    violate('script-src-elem', 'https://ads.test/ads.js')
    violate('worker-src', 'https://app.test/auth.vault.js', 'report')
    worker.fail()
  })
  expect([outcome.code, outcome.directive]).toEqual(['vault-script', undefined])
})

test('a script of the page that never loads is silent, too', async () => {
  const opening = connect({ page: () => new Promise(() => {}) }, OBSERVER).catch((error) => error)
  await vi.advanceTimersByTimeAsync(30_200)
  expect(await opening).toMatchObject({ code: 'vault-silent' })
})

test('a vault that failed to start hears goodbye, so that a shared one does not take the page for present', async () => {
  const { worker } = await connected((worker) => worker.fail('mine'))
  expect(worker.postMessage.mock.calls.map(([{ type }]) => type)).toEqual(['hello', 'bye'])
})
