/** A response through the vault behaves like a response of `fetch`. */
import type { ServerResponse } from 'node:http'
import { test as base, expect, signIn } from './fixtures.js'

/** The responses to requests below /api on the origin of the page. */
type Routes = Record<string, (response: ServerResponse) => void>

const test = base.extend<{ serve: (routes: Routes) => Promise<void> }>({
  serve: async ({ api, open, page, site }, use) => {
    await use(async (routes) => {
      site.mount = (request, response) => {
        const { pathname } = new URL(request.url ?? '/', site.url)
        request.resume()
        routes[pathname]?.(response)
      }
      site.options.origins = [api.url, site.url]
      await open(page)
      await signIn(page)
    })
  },
})

const raw = (text: string) => (response: ServerResponse) => response.socket?.end(Buffer.from(text, 'latin1'))

test('statusText is the same as with fetch, also for empty and non-ASCII reason phrases', async ({
  page,
  serve,
}) => {
  const reasons = ['', 'Gone', 'D\u00e9j\u00e0', 'a\tb', 'a\x01b', 'a\x7fb', '\u00e6\u0097\u00a5\u0085']
  const routes = reasons.flatMap((reason, at) =>
    [200, 404, 999].map((status): [string, Routes[string]] => [
      `/api/${status}/${at}`,
      raw(`HTTP/1.1 ${status} ${reason}\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello`),
    ]),
  )
  await serve(Object.fromEntries(routes))
  const seen = await page.evaluate(
    async (paths) => {
      const observe = async (send: typeof fetch, path: string) => {
        const response = await send(path)
        const copy = response.clone()
        const describe = async ({ status, statusText, ok }: Response, body: Response) => {
          return { status, statusText, ok, text: await body.text() }
        }
        return [path, await describe(response, response), await describe(copy, copy)]
      }
      const observeAll = (send: typeof fetch) => Promise.all(paths.map((path) => observe(send, path)))
      return { native: await observeAll((path) => fetch(path)), ours: await observeAll(auth.fetch) }
    },
    Object.keys(Object.fromEntries(routes)),
  )
  expect(seen.ours).toEqual(seen.native)
})

test('an abort rejects the reading of a body that has arrived and is unread, and leaves a body that was read before', async ({
  page,
  serve,
}) => {
  await serve({
    '/api/small': (response) => response.setHeader('content-length', 5).end('hello'),
    '/api/chunked': (response) => response.write('hello') && response.end(),
    '/api/whole': (response) => response.setHeader('content-length', 200_000).end('a'.repeat(200_000)),
  })
  const seen = await page.evaluate(async () => {
    /** The body has arrived when a later response of the same origin is complete. */
    async function abortUnread(send: typeof fetch, path: string, read: string) {
      const controller = new AbortController()
      const response = await send(path, { signal: controller.signal })
      const copy = read === 'copy' ? response.clone() : undefined
      for (let later = 0; later < 3; later++) await (await send('/api/whole')).text()
      const early = read === 'before' ? await response.text() : ''
      controller.abort('enough')
      const readings: Record<string, () => Promise<unknown> | undefined> = {
        text: () => response.text(),
        blob: () => response.blob(),
        clone: () => response.clone().text(),
        copy: () => copy?.text(),
        reader: () => response.body?.getReader().read(),
        before: async () => early.length,
      }
      const outcome = await readings[read]?.()?.catch((reason) => `rejected with ${reason}`)
      return [path, read, outcome]
    }
    const abortAll = async (send: typeof fetch) => {
      const outcomes = []
      for (const path of ['/api/small', '/api/chunked', '/api/whole'])
        for (const read of ['text', 'blob', 'clone', 'copy', 'reader', 'before'])
          outcomes.push(await abortUnread(send, path, read))
      return outcomes
    }
    return { native: await abortAll((path, init) => fetch(path, init)), ours: await abortAll(auth.fetch) }
  })
  expect(seen.native.filter(([, , outcome]) => outcome === 'rejected with enough')).toHaveLength(15)
  expect(seen.ours).toEqual(seen.native)
})

test('auth.fetch resolves with the head of a small response before the rest of its body arrives', async ({
  page,
  serve,
}) => {
  let late: ServerResponse | undefined
  await serve({
    '/api/late': (response) => {
      // Firefox delivers the head only with the first byte of the body.
      response.setHeader('content-length', 5).write('hel')
      late = response
    },
    '/api/head-is-here': (response) => {
      late?.end('lo')
      response.end()
    },
  })
  const seen = await page.evaluate(async () => {
    const response = await auth.fetch('/api/late')
    await fetch('/api/head-is-here')
    return [response.status, await response.text()]
  })
  expect(seen).toEqual([200, 'hello'])
})
