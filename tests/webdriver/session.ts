import { Tab } from './tab.js'

/** One browser under WebDriver (W3C), spoken by hand: it is nine commands. */
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

  /** One more, with the same profile; it starts where `opener` is. */
  async newTab(opener: Tab) {
    if (this.#tabsBy === 'driver') {
      const { handle } = await this.command<{ handle: string }>(opener.handle, 'POST', '/window/new', {})
      return new Tab(this, handle)
    }
    const handles = () => this.command<string[]>(opener.handle, 'GET', '/window/handles')
    const before = await handles()
    // From a promise it would count as a pop-up, and be blocked.
    const script = 'window.open(location.href)'
    await this.command(opener.handle, 'POST', '/execute/sync', { script, args: [] })
    for (;;) {
      const handle = (await handles()).find((it) => !before.includes(it))
      if (handle) return new Tab(this, handle)
    }
  }

  /** A command to one window. They share the driver's attention, so it is one after the other. */
  command<Value>(handle: string, method: string, path: string, body?: object): Promise<Value> {
    const work = this.#queue.then(async () => {
      if (handle !== this.#current) await this.#send('POST', '/window', { handle })
      this.#current = handle
      return this.#send<Value>(method, path, body)
    })
    this.#queue = work.catch(() => {})
    return work
  }

  /** Ends the browser, all its windows included. */
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
