import { commonError } from '../errors.js'
import { packError } from '../port/errors.js'
import { unpackCredentials } from '../port/packing.js'
import { type Port, parse, TO_VAULT, type ToPage, type ToVault, VERSION } from '../port/protocol.js'
import type { Snapshot } from '../types.js'
import type { Outgoing } from './outgoing.js'
import { createResponder, type Responder } from './respond.js'
import type { Cell, ReadCookie, Requested } from './start.js'

/** What is known of a page at the other end of a port. */
interface Page {
  tell(message: ToPage, transfer?: Transferable[]): void
  responder: Responder
  /** The snapshot it knows. */
  shown?: Snapshot | undefined
  /** While it is welcomed back. */
  joining?: Promise<void>
  /** Whether it wants to hear of requests. */
  isListening: boolean
  /** Pings that it has not answered. */
  unanswered: number
}

export type PageServer = ReturnType<typeof serve>

/** A page that answers neither of two of these has crashed, or is frozen and will say so when it is back. */
const PING_EVERY = 30_000
/** How long a cookie is asked for. */
const COOKIE_PATIENCE = 2000

/** Makes a vault out of the cell in this worker: pages come, ask and go. */
export function serve(begin: (readCookie: ReadCookie) => Cell, realm: 'shared' | 'worker') {
  const pages = new Set<Page>()
  const cookies = new Map<string, (value: string | null) => void>()
  const cell = begin(readCookie)
  let isReporting = false

  cell.subscribe(() => {
    for (const page of pages) show(page)
  })
  cell.onEvent((event) => {
    for (const page of pages) page.tell({ type: 'event', event })
  })
  if (realm === 'shared') setInterval(ping, PING_EVERY)

  function accept(port: Port) {
    const tell: Page['tell'] = (message, transfer = []) => port.postMessage(message, transfer)
    const page: Page = { tell, responder: createResponder(cell, tell), isListening: false, unanswered: 0 }
    // Until it says otherwise: pages that die before their first word are found out like those that crash.
    pages.add(page)
    port.addEventListener('message', ({ data }) => {
      const message = parse<ToVault>(TO_VAULT, data)
      // A vault that has not started says so to every call, and to no other word.
      if (message) hear(page, message).catch(() => {})
    })
  }

  async function hear(page: Page, message: ToVault) {
    page.unanswered = 0
    // A page that was taken for dead speaks: that is as good as a greeting, and nothing it says overtakes it.
    const isBack = !pages.has(page) && message.type !== 'bye' && message.type !== 'hello'
    if (isBack) page.joining = join(page, false)
    await page.joining
    switch (message.type) {
      case 'hello':
        return greet(page, message)
      case 'bye':
        return leave(page)
      case 'ping':
        return page.tell({ type: 'pong' })
      case 'woke':
        return cell.wake('woke')
      case 'report-requests':
        page.isListening = true
        if (!isReporting) cell.onRequest(report)
        isReporting = true
        return
      case 'cookie':
        return cookies.get(message.name)?.(message.value)
      case 'fetch':
        return page.responder.fetch(message)
      case 'abort':
        return page.responder.abort(message.id)
      case 'pull':
        return page.responder.pull(message)
      case 'ready':
        return page.responder.settle(message.id, cell.ready)
      case 'sign-out':
        return page.responder.settle(message.id, cell.signOut)
      case 'sign-in':
        return page.responder.settle(message.id, async () =>
          cell.signIn(unpackCredentials(message.credentials)),
        )
    }
  }

  async function greet(page: Page, { version, restored }: ToVault & { type: 'hello' }) {
    try {
      if (version !== VERSION) throw commonError('vault-mismatch')
      const origins = [...(await cell.origins())]
      await join(page, restored)
      page.tell({ type: 'welcome', version: VERSION, origins })
      if (restored) page.shown = undefined
      show(page)
    } catch (error) {
      page.tell({ type: 'refused', error: packError(error) })
    }
  }

  function show(page: Page) {
    if (page.shown === cell.snapshot) return
    page.shown = cell.snapshot
    page.tell({ type: 'snapshot', snapshot: cell.snapshot })
  }

  async function join(page: Page, restored: boolean) {
    pages.add(page)
    for (const name of cookies.keys()) page.tell({ type: 'cookie', name })
    if (realm === 'shared') await cell.wake('visited')
    else if (restored) await cell.wake('restored')
  }

  function leave(page: Page) {
    page.responder.close()
    if (pages.delete(page) && pages.size === 0 && realm === 'shared') cell.wake('deserted').catch(() => {})
  }

  function report(event: Requested, request: Outgoing) {
    for (const page of pages) {
      if (!page.isListening) continue
      page.tell({ type: 'event', event: { ...event, here: page.responder.made(request) } })
    }
  }

  function ping() {
    for (const page of pages) {
      if (page.unanswered >= 2) leave(page)
      else page.tell({ type: 'ping' })
      page.unanswered += 1
    }
  }

  function readCookie(name: string): Promise<string | null> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(reject, COOKIE_PATIENCE)
      cookies.set(name, (value) => {
        clearTimeout(timer)
        cookies.delete(name)
        resolve(value)
      })
      for (const page of pages) page.tell({ type: 'cookie', name })
    })
  }

  return { cell, accept }
}
