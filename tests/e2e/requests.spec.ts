/** Everything but the token of a request is the same as when the page calls `fetch` at that moment. */
import type { Page } from '@playwright/test'
import { test as base, expect, signIn } from './fixtures.js'
import type { Site } from './site.js'

interface Received {
  referer: string | null
  type: string | null
  body: string
}

const test = base.extend<{ echo: string }>({
  /** An endpoint on the origin of the page that returns the request that it received. */
  echo: async ({ site, api: _ }, use) => {
    site.mount = async (request, response) => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part as Buffer)
      const { referer = null, 'content-type': type = null } = request.headers
      const received: Received = { referer, type, body: Buffer.concat(parts).toString() }
      response.setHeader('content-type', 'application/json').end(JSON.stringify(received))
    }
    await use('/api/echo')
  },
})

/** Opens the site, with its own origin among the API's origins, and signs in. */
async function start(
  page: Page,
  site: Site,
  open: (page: Page, path?: string) => Promise<void>,
  path?: string,
) {
  site.options.origins = [...(site.options.origins as string[]), site.url]
  await open(page, path)
  await signIn(page)
}

/** Makes the same call with `auth.fetch` and with the `fetch` of the browser. */
const both = (page: Page, echo: string, init: RequestInit = {}) =>
  page.evaluate(
    async ([echo, init]) => {
      const answers = [auth.fetch(echo, init), fetch(echo, init)]
      return Promise.all(answers.map(async (answer): Promise<Received> => (await answer).json()))
    },
    [echo, init] as const,
  )

test('a page with a `no-referrer` meta tag sends no request with its URL', async ({
  echo,
  open,
  page,
  site,
}) => {
  await start(page, site, open, '/private?secret=1')
  const [before] = await both(page, echo)
  expect(before?.referer, 'the URL is sent without the meta tag').toBe(`${site.url}/private?secret=1`)
  for (const [content, referer] of [
    ['origin', `${site.url}/`],
    ['no-referrer', undefined],
    // An invalid policy: the previous one stays in force.
    ['nothing', undefined],
  ]) {
    await page.evaluate((content) => {
      const meta = document.createElement('meta')
      document.head.append(Object.assign(meta, { name: 'referrer', content }))
    }, content)
    const [ours, native] = await both(page, echo)
    expect(ours, content).toEqual(native)
    expect(ours?.referer ?? undefined, content).toBe(referer)
  }
  const [ours, native] = await both(page, echo, { referrerPolicy: 'unsafe-url' })
  expect(ours?.referer, 'the policy of the request has priority').toBe(`${site.url}/private?secret=1`)
  expect(ours).toEqual(native)
})

test('a request with a body to an origin that is not configured keeps its referrer policy', async ({
  echo,
  open,
  page,
  site,
}) => {
  await open(page, '/private?secret=1')
  const init: RequestInit = { method: 'POST', body: 'x', referrerPolicy: 'no-referrer' }
  const [ours, native] = await both(page, echo, init)
  expect(ours).toEqual(native)
  expect([ours?.referer, ours?.body]).toEqual([null, 'x'])
  expect(site.options.origins, 'the origin is not configured').not.toContain(site.url)
})

test('when the page changes a body object between calls, each request has the content at its call', async ({
  echo,
  open,
  page,
  site,
}) => {
  await start(page, site, open)
  const sent = await page.evaluate(async (echo) => {
    const form = new FormData()
    const params = new URLSearchParams()
    const bytes = new Uint8Array(1)
    const calls: Promise<Response>[] = []
    for (const value of ['1', '2', '3']) {
      form.set('value', `form ${value}`)
      params.set('value', value)
      bytes[0] = value.charCodeAt(0)
      for (const body of [form, params, bytes, bytes.buffer])
        calls.push(auth.fetch(echo, { method: 'POST', body }))
    }
    form.set('value', 'later')
    params.set('value', 'later')
    bytes[0] = 57
    const answers = await Promise.all(calls.map(async (call): Promise<Received> => (await call).json()))
    return answers.map(({ body }) => /form \d|value=\d|^\d$/.exec(body)?.[0])
  }, echo)
  const each = ['1', '2', '3'].flatMap((value) => [`form ${value}`, `value=${value}`, value, value])
  expect(sent).toEqual(each)
})

test('bodies that were created in an iframe are sent as with fetch', async ({ echo, open, page, site }) => {
  await start(page, site, open)
  const [ours, native] = await page.evaluate(async (echo) => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    const realm = frame.contentWindow as unknown as typeof globalThis
    const bodies = {
      form() {
        const form = new realm.FormData()
        form.append('name', 'Ada')
        form.append('file', new realm.File(['in a form'], 'a.txt', { type: 'text/plain' }))
        return form
      },
      params: () => new realm.URLSearchParams('a=1&a=2'),
      blob: () => new realm.Blob(['blob'], { type: 'text/x-blob' }),
      file: () => new realm.File(['file'], 'b.txt', { type: 'text/x-file' }),
      bytes: () => new realm.Uint8Array([65, 66, 67]).subarray(1),
      buffer: () => new realm.Uint8Array([65, 66, 67]).buffer,
      view: () => new realm.DataView(new realm.Uint8Array([65, 66, 67]).buffer, 1, 1),
    }
    const boundary = /-{4,}[\w-]+/g
    const send = async (fetch: typeof globalThis.fetch) => {
      const received: Record<string, Received> = {}
      for (const [name, make] of Object.entries(bodies)) {
        const body = make() as BodyInit
        if (body instanceof globalThis.Object) throw new Error(`${name} is of this realm`)
        const answer: Received = await (await fetch(echo, { method: 'POST', body })).json()
        const type = answer.type?.replace(boundary, '-') ?? null
        received[name] = { ...answer, type, body: answer.body.replace(boundary, '-') }
      }
      return received
    }
    return [await send(auth.fetch), await send(fetch.bind(window))]
  }, echo)
  expect(ours).toEqual(native)
  expect(ours?.form?.body).toContain('in a form')
  expect(ours?.file).toMatchObject({ body: 'file', type: 'text/x-file' })
})

test('a request whose body is a stream from an iframe is sent as with fetch', async ({
  browserName,
  echo,
  open,
  page,
  site,
}) => {
  await start(page, site, open)
  const body = await page.evaluate(async (echo) => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    const realm = frame.contentWindow as unknown as typeof globalThis
    const stream = new realm.Blob(['streamed']).stream()
    const request = new Request(echo, { method: 'POST', body: stream, duplex: 'half' } as RequestInit)
    return ((await (await auth.fetch(request)).json()) as Received).body
  }, echo)
  // Firefox turns a stream into text before `auth.fetch` gets the request.
  expect(body).toBe(browserName === 'firefox' ? '[object ReadableStream]' : 'streamed')
})

test('requests work when the application replaces `fetch` by `auth.fetch`', async ({
  api,
  echo,
  open,
  page,
  site,
}) => {
  await page.addInitScript(() => {
    // Replaced as soon as `auth` exists, before a vault in the page has loaded.
    Object.defineProperty(window, 'auth', {
      configurable: true,
      set(auth) {
        Object.defineProperty(window, 'auth', { value: auth })
        globalThis.fetch = auth.fetch
      },
    })
  })
  await start(page, site, open)
  expect(await page.evaluate(() => fetch === auth.fetch)).toBe(true)
  const answers = await page.evaluate(
    async ([echo, me]) => [
      (await fetch(echo)).status,
      (await fetch(me)).status,
      (await fetch('data:,x')).status,
    ],
    [echo, `${api.url}/api/v1/me`] as const,
  )
  expect(answers).toEqual([200, 200, 200])
})
