import { commonError } from '../common/errors.js'
import { packError } from '../protocol/errors.js'
import { opensCall, type Port, parse, type ToVault, VERSION } from '../protocol/messages.js'
import { createCookieReader } from './cookies.js'
import type { ReadCookie } from './exchange.js'
import type { Outgoing } from './outgoing.js'
import { connectPage, failCall, type Page, showSnapshot } from './page.js'
import { createPresence } from './presence.js'
import type { Requested } from './request-events.js'
import type { VaultHost } from './start.js'

export type PageServer = ReturnType<typeof serve>

/** Connects the vault of this worker to its pages. */
export function serve(begin: (readCookie: ReadCookie) => VaultHost, realm: 'shared' | 'worker') {
  /**
   * The pages that are present. A page that has left, or was silent for too long, is not in this set, but its calls still
   * get answers.
   */
  const pages = new Set<Page>()
  const cookies = createCookieReader(pages, (page, name) => page.post({ type: 'cookie', name }))
  const host = begin(cookies.read)
  /** Identifies this run of the script. A browser may restart the worker with the same ports. */
  const instance = Math.random().toString(36).slice(2)
  const presence = createPresence(pages, host, realm)
  let isReporting = false

  host.subscribe(() => {
    for (const page of pages) showSnapshot(page, host)
  })
  host.onEvent((event) => {
    for (const page of pages) page.post({ type: 'event', event })
  })

  function accept(port: Port) {
    const page = connectPage(port, host, instance)
    presence.connect(page)
    port.addEventListener('message', ({ data }) => {
      const message = parse(data)
      if (!message) return
      if (opensCall(message)) page.calls.add(message.id)
      onMessage(page, message).catch((error) => {
        if (opensCall(message)) failCall(page, message.id, error)
      })
    })
  }

  async function onMessage(page: Page, message: ToVault) {
    if (message.type === 'hello') return greet(page, message)
    if (message.type === 'bye') return presence.leave(page)
    if (presence.onMessage(page)) cookies.askNewPage(page)
    switch (message.type) {
      case 'ping':
        return page.post({ type: 'pong', instance, unknown: page.unknownOf(message.calls) })
      case 'pong':
        return page.onPong()
      case 'cookie':
        return cookies.onAnswer(page, message)
      case 'report-requests':
        page.wantsRequests = true
        return reportRequests()
    }
    // The session must register the page as present before it handles a call of the page.
    await page.attaching
    return serveCall(host, page, message)
  }

  async function greet(page: Page, { version, restored }: ToVault & { type: 'hello' }) {
    try {
      if (version !== VERSION) throw commonError('vault-mismatch')
      if (restored) page.onRestored()
      presence.attach(page, restored)
      cookies.askNewPage(page)
      const origins = [...(await host.origins())]
      await page.attaching
      page.post({ type: 'welcome', version: VERSION, origins, instance })
      if (restored) page.shown = undefined
      showSnapshot(page, host)
    } catch (error) {
      page.post({ type: 'refused', error: packError(error) })
      presence.refuse(page)
    }
  }

  function reportRequests() {
    if (!isReporting) host.onRequest(report)
    isReporting = true
  }

  function report(event: Requested, request: Outgoing) {
    for (const page of pages) {
      if (!page.wantsRequests) continue
      page.post({ type: 'event', event: { ...event, here: page.responder.owns(request) } })
    }
  }

  return { host, accept }
}

async function serveCall(host: VaultHost, page: Page, message: ToVault) {
  const settle = (id: number, value: unknown) => page.post({ type: 'settled', id, value })
  switch (message.type) {
    case 'fetch':
      return page.responder.fetch(message, page.session)
    case 'abort':
      return page.responder.abort(message.id)
    case 'pull':
      return page.responder.pull(message)
    case 'chunk':
      return page.responder.chunk(message)
    case 'run':
      // A command checks its argument.
      return settle(message.id, await host.run(message.command, message.argument as never))
    case 'woke':
      return page.hasLeft ? undefined : host.onLifecycleEvent('woke')
  }
}
