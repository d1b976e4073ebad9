import type { Page } from '@playwright/test'
import { build } from 'esbuild'
import { Canaries, find } from './canary.js'
import { test as base, doubtToken, expect, signIn } from './fixtures.js'

const test = base.extend<{ graphql: unknown[]; clients: string[] }>({
  /** The `Authorization` schemes of the requests to a GraphQL endpoint on the origin of the page. */
  graphql: async ({ site }, use) => {
    const schemes: unknown[] = []
    site.overrides.set('/graphql', (response) => {
      schemes.push(response.req.headers.authorization?.split(' ')[0])
      response.setHeader('content-type', 'application/json').end('{"data":{"name":"Ada"}}')
    })
    await use(schemes)
  },
  /** The names of the HTTP clients, when they are loaded into the page. */
  clients: async ({ api, graphql: _, open, page, site }, use) => {
    site.options.origins = [api.url, site.url]
    const { outputFiles } = await build({
      entryPoints: [new URL('clients.ts', import.meta.url).pathname],
      bundle: true,
      format: 'esm',
      write: false,
      logLevel: 'error',
    })
    const script = outputFiles[0]?.text ?? ''
    site.overrides.set('/clients.js', (response) => {
      response.setHeader('content-type', 'text/javascript').end(script)
    })
    await open(page)
    await page.evaluate(async (url) => {
      const { createClients } = await import('/clients.js' as string)
      window.ready = createClients(auth.fetch, url)
    }, `${api.url}/api/v1`)
    await use(await page.evaluate(() => Object.keys(ready.get)))
  },
})

const statusOf = (page: Page, name: string, path: string) =>
  page.evaluate(
    ([name = '', path = '']) =>
      ready.get[name]?.(path).then(
        () => 200,
        (error) => error.response?.status ?? error.status,
      ),
    [name, path],
  )

test('promise 15: fifty calls of axios, ofetch and ky on an expired token cause one refresh, all succeed, and no hook sees a token', async ({
  api,
  clients,
  page,
}) => {
  const canaries = new Canaries(page, api)
  await signIn(page)
  await doubtToken(page, api)
  const mixed = clients.filter((name) => name !== 'openapi')
  expect(mixed).toEqual(['axios', 'ofetch', 'ky'])
  const answers = await page.evaluate(
    (names) => Promise.all(Array.from({ length: 50 }, (_, at) => ready.get[names[at % 3] ?? '']?.('/me'))),
    mixed,
  )
  expect(answers).toEqual(Array(50).fill({ user: expect.objectContaining({ email: 'ada@example.com' }) }))
  expect(api.journal.counts().refresh.total).toBe(1)

  expect(canaries.tokens).toHaveLength(2)
  const overheard = await page.evaluate(() => ready.overheard)
  expect(overheard.length).toBeGreaterThanOrEqual(100)
  expect(find(canaries.tokens, { overheard: overheard.join('\n') })).toEqual([])
  expect(await canaries.findings(page)).toEqual([])

  await page.evaluate((token) => ready.show(token), canaries.tokens[1])
  const shown = await page.evaluate(() => ready.overheard)
  expect(
    find(canaries.tokens, { shown: shown.join() }),
    'the search finds a token that a hook is shown',
  ).toEqual(['shown'])
})

test('promise 14: after a 401, the POST of each HTTP client is sent again with its body', async ({
  api,
  clients,
  page,
}) => {
  await signIn(page)
  for (const name of clients) {
    await doubtToken(page, api)
    const before = api.journal.counts().refresh.total
    const answer = await page.evaluate((name) => ready.post[name]?.('/notes', { text: `from ${name}` }), name)
    expect(answer, name).toMatchObject({ note: { text: `from ${name}` } })
    expect(api.journal.counts().refresh.total - before, name).toBe(1)
  }
})

test('when the API keeps answering 401, axios, ofetch and ky add no retry to the one by the vault', async ({
  api,
  clients,
  page,
}) => {
  await signIn(page)
  const requests = () =>
    api.journal
      .entries()
      .filter(({ method, path }) => method === 'GET' && path.startsWith('/api/v1/audience')).length
  for (const name of clients.filter((name) => name !== 'openapi')) {
    await doubtToken(page, api)
    const before = requests()
    expect(await statusOf(page, name, '/audience'), name).toBe(401)
    // The refresh for the first client did not cure the 401s, so the vault makes no refresh for the next client.
    expect(requests() - before, `${name}: requests, including the retry by the vault`).toBe(
      name === 'axios' ? 2 : 1,
    )
  }
})

test('ofetch and ky still retry a 503 themselves', async ({ api, clients: _, page }) => {
  await signIn(page)
  for (const name of ['ofetch', 'ky']) {
    api.faults.add({ route: 'notes', kind: 'status', status: 503 })
    expect(await statusOf(page, name, '/notes'), `${name} retries a 503 itself`).toBe(200)
  }
})

test('urql and Apollo send the token when they are given auth.fetch', async ({
  clients: _,
  graphql,
  page,
}) => {
  await signIn(page)
  for (const name of ['urql', 'apollo']) {
    const answer = await page.evaluate((name) => ready.graphql[name]?.(), name)
    expect(answer, name).toMatchObject({ name: 'Ada' })
  }
  expect(graphql).toEqual(['Bearer', 'Bearer'])
})

test('ky and axios report upload progress, and an upload is sent again after a 401', async ({
  api,
  browserName,
  clients: _,
  page,
}) => {
  // Firefox has no `Request.body`, and both clients report progress only where it exists.
  const isCounted = browserName !== 'firefox'
  await signIn(page)
  await doubtToken(page, api)
  const size = 12_000_000
  for (const name of ['ky', 'axios']) {
    const { answer, progress } = await page.evaluate(
      async ([name, size]) => {
        const progress: number[] = []
        const body = new Blob([new Uint8Array(size)])
        const answer = await ready.upload[name]?.('/notes', body, (part) => progress.push(part))
        return { answer, progress }
      },
      [name, size] as const,
    )
    expect(answer, name).toMatchObject({ bytes: size })
    if (!isCounted) continue
    expect(progress.at(-1), name).toBe(1)
    expect(progress, `${name}: the progress never decreases`).toEqual([...progress].sort((a, b) => a - b))
    const below = progress.filter((part) => part < 1).length
    // axios reports progress three times a second, and an upload to a local server takes less time.
    expect(below, `${name}: ${progress}`).toBeGreaterThan(name === 'ky' ? 1 : 0)
  }
  expect(api.journal.counts().refresh.total).toBe(1)
})
