// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { linkErrorOf } from '../../js/client/diagnosis/link-error.js'

const SCRIPT = new URL('https://app.test/auth.vault.js')

type Entry = Partial<PerformanceResourceTiming> & { contentType?: string }

let entries: Entry[]

beforeEach(() => {
  vi.useFakeTimers()
  entries = []
  vi.spyOn(performance, 'getEntriesByType').mockImplementation((type) =>
    type === 'resource' ? (entries as PerformanceEntryList) : [],
  )
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const probe = () => document.head.querySelector('script')

/** Fires the event of an uncaught error, as a browser does when it cannot link a script. */
function fail(message: string, error: unknown = new SyntaxError(message)) {
  const position = { filename: SCRIPT.href, lineno: 2, colno: 7 }
  const event = new ErrorEvent('error', { message, error, cancelable: true, ...position })
  window.dispatchEvent(event)
  return event
}

/** jsdom loads no modules: the test plays the browser. */
async function link(happen: () => void) {
  const found = linkErrorOf(SCRIPT)
  happen()
  return found
}

test('the error is found by a module script that imports an unknown name from the script of the vault', async () => {
  const found = linkErrorOf(SCRIPT)
  expect(probe()?.type).toBe('module')
  expect(probe()?.textContent).toMatch(/^import \{ \w+ \} from "https:\/\/app\.test\/auth\.vault\.js"$/)
  fail('Unexpected token')
  await found
})

test('a syntax error is found with its file, line and column, and does not reach the console', async () => {
  let event: ErrorEvent | undefined
  const found = await link(() => {
    event = fail("Unexpected token '='")
  })
  expect(found).toBe("Unexpected token '=' (https://app.test/auth.vault.js:2:7)")
  expect(event?.defaultPrevented).toBe(true)
})

test('a script that can be linked has no link error, because only the import of the page fails', async () => {
  const name = () => probe()?.textContent?.match(/\w*Probe\w*/)?.[0]
  expect(
    await link(() => void fail(`The module does not provide an export named '${name()}'`)),
  ).toBeUndefined()
})

test('other errors of the page are not taken for the link error, and stay in the console', async () => {
  let event: ErrorEvent | undefined
  const found = await link(() => {
    event = fail('mine', new TypeError('mine'))
    fail('the syntax')
  })
  expect([found, event?.defaultPrevented]).toEqual([expect.stringContaining('the syntax'), false])
})

test('afterwards, the page has no script and no listener of the search', async () => {
  await link(() => void fail('Unexpected token'))
  expect(probe()).toBeNull()
  expect(fail('later').defaultPrevented).toBe(false)
})

test('if the browser reports no error within 3 seconds, none is found', async () => {
  let found: unknown = 'waiting'
  linkErrorOf(SCRIPT).then((error) => {
    found = error
  })
  await vi.advanceTimersByTimeAsync(2900)
  expect(found).toBe('waiting')
  await vi.advanceTimersByTimeAsync(200)
  expect([found, probe()]).toEqual([undefined, null])
})

const failToLoad = () => void probe()?.dispatchEvent(new Event('error'))
const at = () => performance.now()

test.each<[string, Entry, string]>([
  ['answered with an error', { responseStatus: 400, contentType: 'text/plain' }, 'status 400 text/plain'],
  ['answered with an error, without a type', { responseStatus: 500 }, 'status 500'],
  ['a page', { responseStatus: 200, contentType: 'text/html' }, 'status 200 text/html'],
])('an import that is %s is found with its URL', async (_, entry, text) => {
  const found = await link(() => {
    entries = [
      {
        name: 'https://app.test/fine.js',
        startTime: at(),
        responseStatus: 200,
        contentType: 'text/javascript',
      },
      { name: 'https://app.test/old.js', startTime: at(), responseStatus: 200 },
      { name: 'https://app.test/nowhere.js', startTime: at(), ...entry },
    ]
    failToLoad()
  })
  expect(found).toBe(`it imports https://app.test/nowhere.js, which is answered with ${text}`)
})

test('a file that was missing before the search is not taken for an import of the script', async () => {
  const before = { name: 'https://app.test/icon.png', startTime: at() - 1, responseStatus: 404 }
  const found = await link(() => {
    entries = [before]
    failToLoad()
  })
  expect(found).toBeUndefined()
})
