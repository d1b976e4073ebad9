import type { RequestListener, ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { diagnose } from '../../js/client/diagnosis/index.js'
import { pageError } from '../../js/client/errors.js'
import { commonError } from '../../js/common/errors.js'
import { serveScripts, stubWorkers } from './script-server.js'

const scripts = new Map<string, string | RequestListener>()
let site: Awaited<ReturnType<typeof serveScripts>>
/** What the browser does when the page imports the script: fires an error event. */
let link: () => void

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  scripts.clear()
  scripts.set('/auth.vault.js', 'openVault()')
  site = await serveScripts(scripts)
  link = () => failToLink('tokencellProbe is no export')
  stubWorkers()
  const page = new EventTarget()
  for (const name of ['addEventListener', 'dispatchEvent'] as const)
    vi.stubGlobal(name, page[name].bind(page))
  vi.stubGlobal('location', new URL(site.url))
  vi.stubGlobal('document', {
    baseURI: `${site.url}/`,
    createElement: () => Object.assign(new EventTarget(), { remove() {} }),
    head: { append: () => link() },
  })
})
afterEach(async () => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  await site.close()
})

function failToLink(message: string) {
  const fields = { message, error: new SyntaxError(message), filename: 'a.js', lineno: 1, colno: 7 }
  dispatchEvent(Object.assign(new Event('error'), fields))
}

const start = (url = '/auth.vault.js', options: WorkerOptions = { type: 'module' }) => {
  return () => new Worker(url, options)
}

const violation = (effectiveDirective: string, blockedURI = `${site.url}/auth.vault.js`) =>
  ({ effectiveDirective, blockedURI, disposition: 'enforce' }) as SecurityPolicyViolationEvent

/** The error event of a worker. */
const failed = (fields: Partial<ErrorEvent> = {}) => Object.assign(new Event('error'), fields)

/** The diagnosis, after the time in which the browser may report a policy violation. */
async function diagnosed(cause: unknown, make?: () => unknown) {
  const diagnosis = diagnose(cause, [], make)
  await vi.advanceTimersByTimeAsync(100)
  return diagnosis
}

const messageOf = async (cause: unknown, make?: () => unknown) => (await diagnosed(cause, make)).message

test('a policy violation that is already known is the error at once, with the error of the worker as its cause', async () => {
  const violations = [violation('img-src'), violation('worker-src')]
  const thrown = new Error('mine')
  const event = failed()
  const causes = [
    [failed({ message: 'Uncaught Error' }), 'Uncaught Error'],
    [thrown, thrown],
    [event, event],
  ]
  for (const [given, cause] of causes)
    expect(await diagnose(given, violations, start())).toMatchObject({
      code: 'policy-refused',
      directive: 'worker-src',
      cause,
    })
})

test('an error with a code of its own is not diagnosed further', async () => {
  scripts.clear()
  const mismatch = commonError('vault-mismatch')
  expect(await diagnosed(mismatch, start())).toBe(mismatch)
  expect(site.requests).toEqual([])
})

test('a vault that stays silent, without an error event of the browser, gets the fault of its script', async () => {
  const silent = pageError('vault-silent')
  scripts.clear()
  expect(await diagnosed(silent, start())).toMatchObject({
    code: 'vault-script',
    message: `The vault script ${site.url}/auth.vault.js is answered with status 404.`,
    cause: silent,
  })
})

test('a vault stays `vault-silent` if its script has no fault, or if no worker runs it', async () => {
  const silent = pageError('vault-silent')
  for (const make of [start(), () => ({}), undefined]) expect(await diagnosed(silent, make)).toBe(silent)
})

test('a script on another origin than the page is the fault, whatever was thrown', async () => {
  const event = failed({ message: 'blocked', filename: 'https://cdn.test/a.js', lineno: 1, colno: 1 })
  for (const cdn of ['https://cdn.test', 'http://cdn.test'])
    expect(await messageOf(event, start(`${cdn}/auth.vault.js`))).toBe(
      `The vault script ${cdn}/auth.vault.js is on another origin than the page, and browsers do not start such workers. Serve it from ${site.url}.`,
    )
})

test('a script in a `data:` URL is not taken for a script on another origin', async () => {
  const url = 'data:text/javascript,throw%201'
  expect(await messageOf(failed({ message: 'Uncaught 1' }), start(url))).toBe(
    `The vault script ${url} throws: Uncaught 1.`,
  )
})

test('an error that a worker throws is named with its place, and the script is not loaded again', async () => {
  const place = { filename: `${site.url}/auth.vault.js`, lineno: 12, colno: 34 }
  const error = await diagnosed(failed({ message: 'Uncaught Error: mine', ...place }), start())
  expect(error).toMatchObject({ code: 'vault-script', name: 'AuthError', cause: 'Uncaught Error: mine' })
  expect(error.message).toBe(
    `The vault script ${site.url}/auth.vault.js throws: Uncaught Error: mine (${site.url}/auth.vault.js:12:34).`,
  )
  expect(site.requests).toEqual([])
})

test.each(['http', 'https'])(
  'an error that a script of the page throws is named with its place, over %s',
  async (scheme) => {
    const thrown = new TypeError('mine')
    thrown.stack = `TypeError: mine\n    at run (${scheme}://app.test/auth.vault.js?t=1:12:345)\n    at ${scheme}://app.test/b.js:6:78`
    expect(await diagnosed(thrown)).toMatchObject({
      message: `The vault script, or the function that starts it, throws: TypeError: mine (${scheme}://app.test/auth.vault.js?t=1:12:345).`,
      cause: thrown,
    })
  },
)

test('an error without a place is named by its text', async () => {
  const bare = new RangeError('mine')
  delete bare.stack
  const subject = 'The vault script, or the function that starts it,'
  expect(await messageOf(new RangeError('mine'))).toBe(`${subject} throws: RangeError: mine.`)
  expect(await messageOf(bare)).toBe(`${subject} throws: RangeError: mine.`)
  expect(await diagnosed('mine')).toMatchObject({ message: `${subject} throws: mine.`, cause: 'mine' })
})

test('an error event without a file, as browsers fire it for a script of another origin, is named by its text', async () => {
  expect(
    await messageOf(failed({ message: 'Uncaught TypeError: a is undefined', filename: '' }), start()),
  ).toBe(`The vault script ${site.url}/auth.vault.js throws: Uncaught TypeError: a is undefined.`)
})

test('without any error, the message says what may have happened, and the event is the cause', async () => {
  const event = failed()
  expect(await diagnosed(event, start())).toMatchObject({
    message: `The vault script ${site.url}/auth.vault.js does not start. It may throw, or import a missing file: see the console of the worker.`,
    cause: event,
  })
  expect(await messageOf(failed(), () => ({}))).toMatch(
    /^The vault script, or the function that starts it, does not start\./,
  )
})

test('the script that a failed import names is examined', async () => {
  const thrown = new TypeError(`Failed to fetch dynamically imported module: '${site.url}/gone.js'`)
  expect(await messageOf(thrown)).toBe(
    `A script of the vault, ${site.url}/gone.js, is answered with status 404.`,
  )
  expect(await messageOf(new TypeError('failed: https://127.0.0.1:1/gone.js now'))).toContain(
    'A script of the vault, https://127.0.0.1:1/gone.js, cannot be fetched: ',
  )
})

test('the script is read from the server, not from the cache of the browser', async () => {
  await diagnosed(failed(), start())
  expect(site.requests).toEqual([{ path: '/auth.vault.js', cacheControl: 'no-cache' }])
})

test('a server that is down, or does not respond within 5 seconds, is the fault', async () => {
  const asked = new Promise<void>((resolve) => scripts.set('/auth.vault.js', () => resolve()))
  const diagnosis = messageOf(failed(), start())
  await asked
  await vi.advanceTimersByTimeAsync(5000)
  const subject = `The vault script ${site.url}/auth.vault.js`
  expect(await diagnosis).toBe(
    `${subject} cannot be fetched: no response in time. Check that its server runs.`,
  )
  await site.close()
  expect(await messageOf(failed(), start())).toBe(
    `${subject} cannot be fetched: TypeError: fetch failed. Check that its server runs.`,
  )
})

/** The fault if the server of the script answers like this. */
async function faultOf(answer: (response: ServerResponse) => void) {
  scripts.set('/auth.vault.js', (_, response) => answer(response))
  const message = await messageOf(failed(), start())
  return message.replace(`The vault script ${site.url}/auth.vault.js `, '')
}

test('the compile error that a development server reports is part of the message', async () => {
  const report = '<script>{"message":"Unexpected \\"=\\"\\nin line 2","stack":"at a"}</script>'
  expect(await faultOf((response) => response.writeHead(500).end(report))).toBe(
    'is answered with status 500. The server reports: Unexpected "="\nin line 2',
  )
  expect(await faultOf((response) => response.writeHead(500).end('{"message":""}'))).toBe(
    'is answered with status 500.',
  )
})

test('an error response that breaks off is named by its status', async () => {
  const fault = await faultOf((response) => {
    response.writeHead(503, { 'content-length': 1000 }).write('{', () => response.destroy())
  })
  expect(fault).toBe('is answered with status 503.')
})

test('a response that is not JavaScript is named with its content type', async () => {
  const text = (type: string) =>
    `has the content type ${type}, which is not JavaScript. Check its path: many servers send an HTML page if a file is missing.`
  expect(await faultOf((response) => response.setHeader('content-type', 'text/html').end())).toBe(
    text('text/html'),
  )
  expect(await faultOf((response) => response.end())).toBe(text('(none)'))
  const javascript = (response: ServerResponse) =>
    response.setHeader('content-type', 'Application/JavaScript').end()
  expect(await faultOf(javascript)).toMatch(/^does not start\./)
})

test('a module that cannot be linked is named with its link error', async () => {
  link = () => failToLink('Unexpected token')
  const fault = 'does not load: Unexpected token (a.js:1:7).'
  expect(await messageOf(failed(), start())).toBe(`The vault script ${site.url}/auth.vault.js ${fault}`)
  expect(await messageOf(new TypeError(`failed: ${site.url}/auth.vault.js`))).toBe(
    `A script of the vault, ${site.url}/auth.vault.js, ${fault}`,
  )
})

test('no link error is searched for in a classic script, which is no module', async () => {
  link = () => failToLink('Unexpected token')
  expect(await messageOf(failed({ message: 'mine' }), start('/auth.vault.js', {}))).toMatch(/throws: mine\.$/)
})

test('if the page must not add a script, the diagnosis does without the link error', async () => {
  link = () => {
    throw new TypeError('Trusted Types')
  }
  expect(await messageOf(failed({ message: 'mine' }), start())).toMatch(/throws: mine\.$/)
})
