import type { ServerResponse } from 'node:http'
import type { Page } from '@playwright/test'
import { ADA, expect, get, signIn, status, test } from './fixtures.js'

test.beforeEach(({ site }) => {
  site.entry = 'development'
})

/** The lines that the package writes to the console of the page. */
function watchConsole(page: Page) {
  const lines: string[] = []
  page.on('console', (message) => {
    if (message.text().includes('[tokencell]')) lines.push(message.text())
  })
  return lines
}

/** Also for the vault in the page, which only starts if its file permits it. */
const vault = (options: object) => (response: ServerResponse) =>
  response
    .setHeader('content-type', 'text/javascript')
    .end(
      `import { openVault } from '/pkg/vault/index.js'; export default openVault(${JSON.stringify({ page: true, ...options })})`,
    )

test('a wrong option in the vault file is logged to the console, and after it is fixed a reload uses the new file', async ({
  api,
  page,
  site,
}) => {
  const lines = watchConsole(page)
  const { signIn: path, ...rest } = site.options
  site.overrides.set('/auth.vault.js', vault({ ...rest, signin: path }))
  await page.goto(site.url)
  const error = await page.evaluate(() => auth.ready.catch(({ code, message }) => ({ code, message })))
  expect(error).toMatchObject({ code: 'option-invalid', message: expect.stringContaining('signin') })
  expect(lines).toEqual([expect.stringContaining('signin')])

  site.overrides.set('/auth.vault.js', vault(site.options))
  await page.reload()
  await page.evaluate(() => auth.ready)
  await signIn(page, ADA)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  expect(lines.length).toBe(1)
})

test('while the vault file does not change, all tabs share one vault, also after a reload', async ({
  api,
  context,
  open,
  page,
  where,
}) => {
  test.skip(where !== 'shared', 'elsewhere every page has its own vault')
  await open(page)
  await signIn(page)
  const other = await context.newPage()
  await open(other)
  await page.reload()
  for (const each of [page, other]) expect(await get(each, `${api.url}/api/v1/me`)).toBe(200)
  expect(api.journal.counts().refresh.total).toBe(0)
})

test('when the vault script answers 404, the console names its URL', async ({ page, site }) => {
  const lines = watchConsole(page)
  site.overrides.set('/auth.vault.js', (response) => response.writeHead(404).end())
  await page.goto(site.url)
  await page.evaluate(() => auth.ready.catch(() => {}))
  expect(lines).toEqual([expect.stringMatching(/auth\.vault\.js\S* is answered with status 404/)])
})

test('the console warns once per relative URL that the server of the page answers with HTML or a 404', async ({
  api,
  open,
  page,
  site,
}) => {
  const lines = watchConsole(page)
  site.overrides.set('/messages.json', (response) =>
    response.setHeader('content-type', 'text/json').end('{}'),
  )
  site.overrides.set('/todos', (response) => response.writeHead(404).end())
  await open(page)
  await page.evaluate(async (api) => {
    for (const url of ['/messages.json', `${api}/api/v1/me`, '/api/todos', '/todos', '/api/todos'])
      await auth.fetch(url)
  }, api.url)
  expect(lines).toEqual([
    expect.stringMatching(/auth\.fetch\('\/api\/todos'\) was sent to .* HTML with status 200/),
    expect.stringContaining("auth.fetch('/todos')"),
  ])
  expect(lines[0]).toContain(`'${api.url}/api/todos'`)
  expect(lines[0]).toContain(site.url)
})

test('a page that opens while the API is down logs this within 3 s, and signs in when the API is back', async ({
  api,
  browserName,
  open,
  page,
  site,
}) => {
  test.skip(browserName !== 'chromium', 'the test needs no second browser')
  // Another vault URL starts a new vault, so the page has to refresh.
  await open(page)
  await signIn(page)
  site.overrides.set('/auth.vault.js', vault({ ...site.options, forgetAfter: 61 }))
  const lines = watchConsole(page)
  await api.unplug()
  const began = Date.now()
  await page.goto(site.url)
  await page.waitForFunction(() => auth.snapshot.failure === 'unreachable')
  expect(Date.now() - began).toBeLessThan(3000)
  expect(lines).toEqual([expect.stringContaining(`${api.url} does not respond to a refresh`)])
  await api.plug()
  await page.evaluate(() => auth.ready)
  expect(await status(page)).toBe('authenticated')
})
