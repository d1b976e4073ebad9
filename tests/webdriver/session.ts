import { Tab } from './tab.js'

/** One browser, driven by WebDriver (W3C) without a client library: the tests need only nine commands. */
export class Session {
  readonly #url: string
  readonly #tabsBy: 'driver' | 'page'
  #current = ''
  #queue: Promise<unknown> = Promise.resolve()

  private constructor(url: string, tabsBy: 'driver' | 'page') {
    this.#url = url
    this.#tabsBy = tabsBy
  }

  static async start(driver: string, capabilities: object, tabsBy: 'driver' | 'page', signal: AbortSignal) {
    const body = { capabilities: { alwaysMatch: capabilities } }
    const { sessionId } = await send<{ sessionId: string }>('POST', `${driver}/session`, body, signal)
    return new Session(`${driver}/session/${sessionId}`, tabsBy)
  }

  /** The tab that the browser starts with. */
  async firstTab() {
    this.#current = await this.#send('GET', '/window')
    return new Tab(this, this.#current)
  }

  /** Opens another tab with the same profile, blank or on the page of `opener`. */
  async newTab(opener: Tab) {
    if (this.#tabsBy === 'driver') {
      const { handle } = await this.command<{ handle: string }>(opener.handle, 'POST', '/window/new', {})
      return new Tab(this, handle)
    }
    const handles = () => this.command<string[]>(opener.handle, 'GET', '/window/handles')
    const before = await handles()
    // Called synchronously: from a promise, the browser would block it as a pop-up.
    const script = 'window.open(location.href)'
    await this.command(opener.handle, 'POST', '/execute/sync', { script, args: [] })
    for (;;) {
      const handle = (await handles()).find((it) => !before.includes(it))
      if (handle) return new Tab(this, handle)
    }
  }

  /** Sends a command to one window. Commands run one after the other, because the driver has one current window. */
  command<Value>(handle: string, method: string, path: string, body?: object): Promise<Value> {
    const work = this.#queue.then(async () => {
      if (handle !== this.#current) await this.#send('POST', '/window', { handle })
      this.#current = handle
      return this.#send<Value>(method, path, body)
    })
    this.#queue = work.catch(() => {})
    return work
  }

  /** Ends the browser with all its windows. */
  async close() {
    await this.#queue
    await this.#send('DELETE', '')
  }

  #send<Value>(method: string, path: string, body?: object) {
    return send<Value>(method, this.#url + path, body)
  }
}

async function send<Value>(method: string, url: string, body?: object, signal?: AbortSignal): Promise<Value> {
  const init = { method, ...(body && { body: JSON.stringify(body) }), ...(signal && { signal }) }
  const response = await fetch(url, init)
  const { value } = (await response.json()) as { value: { error: string; message: string } & Value }
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${value.error}: ${value.message}`)
  return value
}
