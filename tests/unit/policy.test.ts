import { afterEach, beforeEach, expect, test, vi } from 'vitest'

/** How a vault finds out why a request got no response. */

const API = 'https://api.test'
let realm: EventTarget
let asked: ReturnType<typeof vi.fn<(url: string, init: RequestInit) => Promise<Response>>>

beforeEach(() => {
  vi.useFakeTimers()
  realm = new EventTarget()
  vi.stubGlobal('addEventListener', realm.addEventListener.bind(realm))
  vi.stubGlobal('removeEventListener', realm.removeEventListener.bind(realm))
  vi.stubGlobal('location', new URL('https://app.test/'))
  asked = vi.fn(async () => new Response())
  vi.resetModules()
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => asked(url, init))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const violate = (blockedURI: string, effectiveDirective = 'connect-src', disposition = 'enforce') =>
  realm.dispatchEvent(
    Object.assign(new Event('securitypolicyviolation'), { blockedURI, effectiveDirective, disposition }),
  )

const policy = () => import('../../js/vault/policy.js')

async function network() {
  const { createNetwork } = await import('../../js/vault/network.js')
  return createNetwork()
}

/** The code of the reason, after the time that a policy has to report. */
async function reasonOf(url: string, mayAsk = true, given?: Awaited<ReturnType<typeof network>>) {
  const reason = (given ?? (await network())).reasonOf(url, mayAsk)
  await vi.advanceTimersByTimeAsync(100)
  return reason
}

test('a directive is found by the origin of the address that it blocks, before or after the question', async () => {
  const { directiveAgainst } = await policy()
  violate(`${API}/login?a=1`)
  expect(await directiveAgainst(API)).toBe('connect-src')
  const later = directiveAgainst('wasm-eval')
  violate('wasm-eval', 'script-src')
  expect(await later).toBe('script-src')
  const none = directiveAgainst('https://other.test')
  await vi.advanceTimersByTimeAsync(100)
  expect(await none).toBeUndefined()
})

test('a question waits 100 ms for a report, and then listens no longer', async () => {
  const { directiveAgainst } = await policy()
  const removed = vi.fn()
  const remove = realm.removeEventListener.bind(realm)
  vi.stubGlobal('removeEventListener', (...args: Parameters<typeof remove>) => {
    removed(args[0])
    remove(...args)
  })
  const done = vi.fn()
  const answer = directiveAgainst(API).then(done)
  await vi.advanceTimersByTimeAsync(99)
  expect(done).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  await answer
  expect(removed.mock.calls).toEqual([['securitypolicyviolation']])
  expect(vi.getTimerCount()).toBe(0)
  const early = directiveAgainst(API)
  violate(API)
  expect(await early).toBe('connect-src')
  expect(vi.getTimerCount()).toBe(0)
})

test('a policy that only reports blocks nothing', async () => {
  violate(API)
  const { directiveAgainst } = await policy()
  const answer = directiveAgainst(API)
  violate(API, 'connect-src', 'report')
  await vi.advanceTimersByTimeAsync(100)
  expect(await answer).toBeUndefined()
})

test('the origin of a URL is normalised, and a keyword stays as it is', async () => {
  const { originOf } = await policy()
  expect(originOf('HTTPS://API.test:443/a?b')).toBe(API)
  expect(originOf('wasm-eval')).toBe('wasm-eval')
})

test('without events, as on a server, the module loads', async () => {
  vi.stubGlobal('addEventListener', undefined)
  await expect(policy()).resolves.toHaveProperty('originOf')
})

test('a request that a policy blocks fails with `policy-refused` and the directive, and nothing is asked', async () => {
  const given = await network()
  violate(API)
  expect(await reasonOf(`${API}/x`, true, given)).toMatchObject({
    code: 'policy-refused',
    directive: 'connect-src',
  })
  expect(asked).not.toHaveBeenCalled()
})

/** A network in which a request to this URL has failed. */
async function failed(url: string, init: RequestInit = {}) {
  const given = await network()
  const error = new TypeError('Failed to fetch')
  asked.mockRejectedValueOnce(error)
  await expect(given.fetch(url, init)).rejects.toBe(error)
  asked.mockClear()
  return given
}

test('the question whether a server answers contains no credentials, and reads nothing', async () => {
  const given = await failed(`${API}/x`)
  const timeout = vi.spyOn(AbortSignal, 'timeout')
  expect(await reasonOf(`${API}/x`, true, given)).toMatchObject({ code: 'cors-refused' })
  expect(asked.mock.calls).toEqual([
    [
      `${API}/`,
      { mode: 'no-cors', credentials: 'omit', cache: 'no-store', signal: timeout.mock.results[0]?.value },
    ],
  ])
  expect(timeout.mock.calls).toEqual([[3000]])
})

test('no question is asked of an origin that may not be asked, that is the own one, or that had no failure', async () => {
  expect(await reasonOf(`${API}/x`, false, await failed(`${API}/x`))).toBeUndefined()
  expect(await reasonOf('https://app.test/x', true, await failed('https://app.test/x'))).toBeUndefined()
  expect(await reasonOf(`${API}/x`, true, await network())).toBeUndefined()
  expect(await reasonOf(`${API}/x`, true, await failed('https://other.test/x'))).toBeUndefined()
  expect(asked).not.toHaveBeenCalled()
})

test('an origin whose responses were readable before is not one that CORS blocks, and neither is one that does not answer', async () => {
  const given = await network()
  await given.fetch(`${API}/x`, {})
  asked.mockRejectedValueOnce(new TypeError('offline'))
  await given.fetch(`${API}/x`, {}).catch(() => {})
  expect(await reasonOf(`${API}/x`, true, given)).toBeUndefined()
  const silent = await failed(`${API}/x`)
  asked.mockRejectedValueOnce(new TypeError('offline'))
  expect(await reasonOf(`${API}/x`, true, silent)).toBeUndefined()
})
