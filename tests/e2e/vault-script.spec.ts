import type { ServerResponse } from 'node:http'
import { expect, test } from './fixtures.js'

type Answer = (response: ServerResponse) => void

const script =
  (text: string): Answer =>
  (response) =>
    response.setHeader('content-type', 'text/javascript').end(text)
const opening = (text: string) => script(`import { openVault } from '/pkg/vault/index.js'\n${text}`)

/** Responses for the vault file, with the expected error code and message. */
const cases: [name: string, answer: Answer, code: string, text: RegExp][] = [
  [
    'missing',
    (response) => response.writeHead(404).end(),
    'vault-script',
    /auth\.vault\.js\S* is answered with status 404/,
  ],
  [
    'the index page of the app',
    (response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'),
    'vault-script',
    /auth\.vault\.js\S* has the content type text\/html, which is not JavaScript/,
  ],
  ['a script with a syntax error', script('const = 1'), 'vault-script', /SyntaxError: .*'='/],
  [
    'a script that throws',
    script('throw new Error("mine")'),
    'vault-script',
    /throws: .*Error: mine \(\S*auth\.vault\.js\S*:1:7\)/,
  ],
  [
    'a script with an import of a missing file',
    script('import "/nowhere.js"'),
    'vault-script',
    // The error in a page of Firefox names only the missing script.
    /auth\.vault\.js\S* does not load: it imports \S*nowhere\.js|nowhere\.js, has the content type text\/html/,
  ],
  [
    'a script with an import of an unknown export',
    script('import { openSafe } from "/pkg/vault/index.js"'),
    'vault-script',
    /does(n't| not) provide an export named:? '?openSafe/,
  ],
  [
    'a script that calls openVault twice',
    opening(
      'export default openVault({ page: true, signIn: "/a" }); openVault({ page: true, signIn: "/b" })',
    ),
    'vault-reconfigured',
    /Call openVault\(\) once/,
  ],
  [
    'a script with an unknown option',
    opening('export default openVault({ page: true, signIn: "/a", tokens: 1 })'),
    'option-invalid',
    /^tokens: This option does not exist/,
  ],
]

for (const [name, answer, code, text] of cases) {
  test(`when the vault file is ${name}, every call rejects with ${code}`, async ({ page, site }) => {
    site.first =
      'window.unhandled = []; onunhandledrejection = ({ reason }) => unhandled.push(String(reason))'
    site.overrides.set('/auth.vault.js', answer)
    await page.goto(site.url)
    const errors = await page.evaluate(() =>
      Promise.all(
        [auth.ready, auth.fetch('/'), auth.signIn({}), auth.signOut()].map((call) =>
          (call as Promise<unknown>).catch(({ name, code, message }) => ({ name, code, message })),
        ),
      ),
    )
    const expected = { name: 'AuthError', code, message: expect.stringMatching(text) }
    expect(errors).toEqual(Array(4).fill(expected))
    expect(await page.evaluate(() => unhandled)).toEqual([])
  })
}

test('when the script of a shared worker calls openVault twice, a second page gets the same error as the first', async ({
  context,
  page,
  site,
  where,
}) => {
  test.skip(where !== 'shared', 'elsewhere every page has its own vault')
  site.overrides.set(
    '/auth.vault.js',
    opening('openVault({ page: true, signIn: "/a" }); openVault({ page: true, signIn: "/b" })'),
  )
  for (const each of [page, await context.newPage()]) {
    await each.goto(site.url)
    expect(await each.evaluate(() => auth.ready.catch(({ code }) => code))).toBe('vault-reconfigured')
  }
})

test('when the script throws before it opens the vault, its error is in the cause', async ({
  page,
  site,
}) => {
  site.overrides.set('/auth.vault.js', script('throw new Error("mine")'))
  await page.goto(site.url)
  const cause = await page.evaluate(() => auth.ready.catch(({ cause }) => String(cause)))
  expect(cause).toMatch(/Error: mine$/)
})

test('the message for a syntax error in the script of a worker has the file and line', async ({
  page,
  site,
  where,
}) => {
  test.skip(where === 'page', 'the error of an import into the page has no file and line')
  site.overrides.set('/auth.vault.js', script('\nconst = 1'))
  await page.goto(site.url)
  const message = await page.evaluate(() => auth.ready.catch(({ message }) => message))
  expect(message).toMatch(/does not load: .*'=' \(\S*auth\.vault\.js\S*:2:7\)/)
})

test('when the browser fires no error event, the message has the fault of the script nevertheless', async ({
  page,
  site,
  where,
}) => {
  test.skip(where === 'page', 'an import into the page always settles')
  // Chromium sometimes loses the event on a busy machine. The test shortens the time for the start, 30 s.
  site.first = `
    for (const { prototype } of [Worker, SharedWorker]) {
      const add = prototype.addEventListener
      prototype.addEventListener = function (type, ...rest) { if (type !== 'error') add.call(this, type, ...rest) }
    }
    const after = setTimeout
    let timers = 0
    window.setTimeout = (run, ms) => after(run, ms === 30_000 && ++timers === 1 ? 1000 : ms)`
  site.overrides.set('/auth.vault.js', script('import { openSafe } from "/pkg/vault/index.js"'))
  await page.goto(site.url)
  const message = await page.evaluate(() => auth.ready.catch(({ message }) => message))
  expect(message).toMatch(/does(n't| not) provide an export named:? '?openSafe/)
})

test('when the script of a worker is on another origin, the message has the reason and the fix', async ({
  page,
  site,
  where,
}) => {
  test.skip(where === 'page', 'a page may import from anywhere')
  site.trust = (url) => `'https://cdn.test' + ${url}`
  await page.goto(site.url)
  const message = await page.evaluate(() => auth.ready.catch(({ message }) => message))
  expect(message).toContain('https://cdn.test/auth.vault.js')
  expect(message).toContain(`on another origin than the page`)
  expect(message).toContain(`Serve it from ${site.url}`)
})

test('when the script throws, a second page gets the same message as the first', async ({
  context,
  page,
  site,
}) => {
  site.overrides.set('/auth.vault.js', opening('throw new Error("mine")'))
  for (const each of [page, await context.newPage()]) {
    await each.goto(site.url)
    expect(await each.evaluate(() => auth.ready.catch(({ message }) => message))).toContain('Error: mine')
  }
})

test('when the diagnosis does not load, a failed start still has its error code and emits the event vault-failed', async ({
  page,
  site,
}) => {
  // Not a missing file: for that, Chromium sometimes fires no error event of a shared worker.
  site.trust = (url) => `'https://cdn.test' + ${url}`
  site.overrides.set('/pkg/client/diagnosis/index.js', (response) => response.writeHead(404).end())
  await page.goto(site.url)
  const error = await page.evaluate(() => auth.ready.catch(({ code, message }) => ({ code, message })))
  expect(error).toEqual({
    code: 'vault-script',
    message: 'The vault script does not load. See the console.',
  })
  expect(await page.evaluate(() => events.map(({ type }) => type))).toEqual(['vault-failed'])
})

test('when the vault has another version than the page, the error is vault-mismatch', async ({
  page,
  site,
  where,
}) => {
  test.skip(where === 'page', 'a vault in the page exchanges no messages')
  const welcome = '{ type: "welcome", version: 0, origins: [], instance: "a" }'
  const answers = {
    worker: `onmessage = () => postMessage(${welcome})`,
    shared: `onconnect = ({ ports: [port] }) => { port.onmessage = () => port.postMessage(${welcome}) }`,
  }
  site.overrides.set('/auth.vault.js', script(answers[where as 'worker']))
  await page.goto(site.url)
  const failed = await page.evaluate(() => auth.ready.catch(({ code, message }) => ({ code, message })))
  expect(failed).toMatchObject({ code: 'vault-mismatch', message: expect.stringContaining('Close all tabs') })
})

declare global {
  var unhandled: string[]
}
