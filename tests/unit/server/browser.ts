import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseSetCookie } from 'cookie'
import { vi } from 'vitest'
import { createApi } from '../../../examples/api/src/api.js'
import { type BffOptions, type BffServer, createBff } from '../../../js/server/index.js'

/**
 * Stops the clock, far from the present: code and tests that read another clock then fail at once, and not only on a busy
 * machine. Only {@link pass} moves it. `vi.useRealTimers()` starts it again.
 */
export const fakeTime = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2031, 4, 6, 7, 8, 9, 10) })

/** Node writes the header `Date` by its own clock, which cannot be stopped. */
const onStoppedClock =
  (listener: RequestListener): RequestListener =>
  (request, response) => {
    response.setHeader('Date', new Date().toUTCString())
    return listener(request, response)
  }

/** Moves the clock that {@link fakeTime} has stopped by this many milliseconds. */
export const pass = (millis: number) => vi.setSystemTime(Date.now() + millis)

export const ADA = { email: 'ada@example.com', password: 'correct horse' }
export const BOB = { email: 'bob@example.com', password: 'battery staple' }
export const SECRET = 'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR1oQyVtMx5iA='
export const ORIGIN = 'https://app.test'

/** Starts the API of the examples. Returns it with the options of a server for it. */
export async function startApi(settings: object = {}) {
  const api = createApi(settings)
  Object.assign(api, { app: onStoppedClock(api.app) })
  const { url, close } = await api.listen({ port: 0, host: '127.0.0.1' })
  const options: BffOptions = {
    api: url,
    secret: SECRET,
    signIn: '/api/v1/login',
    refresh: '/api/v1/refresh',
    signOut: { method: 'DELETE', path: '/api/v1/logout' },
    proxy: ['/api/v1/**'],
  }
  return { api, url, close, options, refreshes: () => api.journal.counts().refresh }
}

/** Starts an API with this listener. Returns it with the options of a server for it. */
export async function serve(listener: RequestListener) {
  const api = createServer(onStoppedClock(listener))
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  const options: BffOptions = { api: url, secret: SECRET, signIn: '/login', proxy: ['/api/**'] }
  function close() {
    api.closeAllConnections()
    api.close()
  }
  return { url, options, close }
}

/** Adds to requests of a page what a browser adds, and keeps cookies of responses. */
export class Browser {
  readonly cookies = new Map<string, string>()
  /** The lifetime of the cookie that was set last, in seconds. */
  maxAge: number | undefined
  constructor(
    readonly bff: BffServer,
    readonly headers: Record<string, string> = {},
  ) {}

  get cookieHeader() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  request(path: string, init: RequestInit = {}): Request {
    const headers = new Headers({
      'sec-fetch-site': 'same-origin',
      'x-requested-with': 'tokencell',
      cookie: this.cookieHeader,
      ...this.headers,
    })
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value)
    return new Request(new URL(path, ORIGIN), { ...init, headers })
  }

  keep(setCookies: readonly string[]) {
    for (const header of setCookies) {
      const { name, value = '', maxAge } = parseSetCookie(header, { decode: (text) => text })
      if (maxAge === 0) this.cookies.delete(name)
      else {
        this.cookies.set(name, value)
        this.maxAge = maxAge
      }
    }
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.bff.handle(this.request(path, init))
    this.keep(response.headers.getSetCookie())
    return response
  }

  json(path: string, body: object): Promise<Response> {
    const text = JSON.stringify(body)
    const headers = { 'content-type': 'application/json', 'content-length': String(text.length) }
    return this.fetch(path, { method: 'POST', headers, body: text })
  }

  signIn = (credentials = ADA) => this.json('/api/auth/sign-in', credentials)
  signOut = () => this.fetch('/api/auth/sign-out', { method: 'POST' })
  session = async () => (await (await this.fetch('/api/auth/session')).json()).snapshot
}

export const browse = (options: BffOptions) => new Browser(createBff(options))

/** A server that answers no request. `asked` and `gone`: its first request has arrived, and the connection of one has closed. */
export async function serveNothing() {
  let [onAsked, onGone] = [() => {}, () => {}]
  const asked = new Promise<void>((resolve) => {
    onAsked = resolve
  })
  const gone = new Promise<void>((resolve) => {
    onGone = resolve
  })
  const server = await serve((_, response) => {
    response.once('close', onGone)
    onAsked()
  })
  return { ...server, asked, gone }
}
