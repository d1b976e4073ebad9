import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach } from 'vitest'
import { browse, SECRET } from './browser.js'

/** Starts an API for each test. It grants a token and records its requests. */
export function recordingApi() {
  const api = {
    seen: [] as { request: IncomingMessage; body: string }[],
    /** How it responds to everything but a sign-in. */
    answer: ((_, response) => void response.end('{}')) as RequestListener,
    url: '',
    /** A browser that is signed in to a server with these rules of `proxy`. */
    async signedIn(proxy: string[], more: object = {}) {
      const browser = browse({ api: api.url, secret: SECRET, signIn: '/login', proxy, ...more })
      await browser.signIn()
      return browser
    },
  }
  const { answer } = api
  const server = createServer(async (request, response) => {
    const chunks = await request
      .setEncoding('utf8')
      .toArray()
      .catch(() => undefined)
    // An upload that breaks off does not count as a request.
    if (!chunks) return
    const body = chunks.join('')
    if (request.url === '/login') {
      response.setHeader('set-cookie', ['upstream=1; Path=/; HttpOnly', 'gone=; Max-Age=0'])
      return response.end('{"access_token":"secret-token"}')
    }
    api.seen.push({ request, body })
    api.answer(request, response)
  })

  beforeEach(async () => {
    Object.assign(api, { seen: [], answer })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    api.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return api
}
