import './late-fetch.js'
import { afterEach, beforeEach, vi } from 'vitest'
import { type BffAuth, type BffAuthOptions, createBffAuth } from '../../js/bff/client.js'
import type { AuthEvent } from '../../js/common/types.js'
import type { SessionInfo } from '../../js/protocol/server-session.js'
import { nativeFetch } from './late-fetch.js'
import { type Browser, browse, startApi } from './server/browser.js'

type User = { name: string }

/** Pages of one browser, the server of their application in this process, and the API behind that server. */
export interface Site {
  server: Awaited<ReturnType<typeof startApi>>
  browser: Browser
  asked: { request: Request; path: string }[]
  isOffline: boolean
  /** Responses by path that replace those of the server. */
  answers: Map<string, () => Response>
  /** Delays by path, between a response of the server and its arrival at the page. */
  delays: Map<string, () => Promise<void>>
}

export const site = {} as Site
const clients: BffAuth<User>[] = []

export function useSite() {
  beforeEach(async () => {
    const server = await startApi()
    Object.assign(site, { server, browser: browse(server.options), asked: [], isOffline: false })
    site.delays = new Map()
    site.answers = new Map()
    stubBrowser()
    vi.stubGlobal('fetch', (input: RequestInfo | URL, init?: RequestInit) =>
      // The server of the application runs in this process, too.
      String(input).startsWith(server.url) ? nativeFetch(input, init) : send(input, init),
    )
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.dispose()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
    await site.server.close()
  })
}

async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input instanceof Request ? input : new URL(input, location.href), init)
  const { method, headers, signal } = request
  const path = request.url.replace(location.origin, '')
  site.asked.push({ request, path })
  if (site.isOffline) throw new TypeError('Failed to fetch')
  if (!request.url.startsWith(location.origin)) return new Response('elsewhere')
  signal.throwIfAborted()
  const body = method === 'GET' || method === 'HEAD' ? null : await request.arrayBuffer()
  const { browser } = site
  async function answer() {
    const response =
      site.answers.get(path)?.() ??
      (await browser.bff.handle(browser.request(path, { method, headers, body })))
    await site.delays.get(path)?.()
    signal.throwIfAborted()
    browser.keep(response.headers.getSetCookie())
    return response
  }
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason)),
  )
  return Promise.race([answer(), aborted])
}

/** Adds what a page has and Node does not have. jsdom has its own byte arrays, with which no server works. */
function stubBrowser() {
  const page = new EventTarget()
  const stored = new Map<string, string>()
  const localStorage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
    get length() {
      return stored.size
    },
  }
  const listening = ['addEventListener', 'removeEventListener', 'dispatchEvent'] as const
  for (const name of listening) vi.stubGlobal(name, page[name].bind(page))
  const location = new URL('https://app.test/')
  class PageRequest extends Request {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(typeof input === 'string' ? new URL(input, location) : input, init)
    }
  }
  vi.stubGlobal('Request', PageRequest)
  for (const [name, value] of Object.entries({
    window: globalThis,
    document: { hidden: false },
    localStorage,
    location,
    navigator: { locks: stubLocks() },
  }))
    vi.stubGlobal(name, value)
}

function stubLocks() {
  let last: Promise<unknown> = Promise.resolve()
  return {
    request<T>(_: string, options: { signal: AbortSignal }, work: () => Promise<T>): Promise<T> {
      const mine = last.then(() => {
        options.signal.throwIfAborted()
        return work()
      })
      last = mine.catch(() => {})
      return mine
    },
  }
}

/** Opens a page. */
export function connect(options: BffAuthOptions = {}) {
  const auth = createBffAuth<User>(options)
  const statuses: string[] = []
  const events: AuthEvent[] = []
  auth.onEvent((event) => events.push(event))
  clients.push(auth)
  return {
    auth,
    statuses,
    events,
    watch: () => auth.subscribe((s) => statuses.push(s.user?.name ?? s.reason ?? s.status)),
  }
}

/** The sign-out that is stored because the server has not confirmed it. */
export const pendingSignOut = () => localStorage.getItem('tokencell /api/auth pending')

export const paths = () => site.asked.map(({ path }) => path)

/** The session as the server reports it. */
export async function rendered(): Promise<SessionInfo<User>> {
  return (await site.browser.fetch('/api/auth/session')).json()
}

/** Holds the next response of this path. `made` resolves when the server has sent it; `arrive` delivers it to the page. */
export function onItsWay(path: string) {
  let arrive = () => {}
  const arrival = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const made = new Promise<void>((resolve) =>
    site.delays.set(path, () => {
      site.delays.delete(path)
      resolve()
      return arrival
    }),
  )
  return { made, arrive }
}
