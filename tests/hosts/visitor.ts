const MOST_REDIRECTS = 5

/**
 * Waits for a part of a response, but not longer than until the request is aborted, as in a browser. With many aborts, `fetch` of
 * Node 20 sometimes neither rejects nor resolves after one.
 */
export function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })
  return Promise.race([work, aborted])
}

/** Makes requests like the browser of a visitor, and keeps cookies. */
export function createVisitor(origin: string) {
  const cookies = new Map<string, string>()

  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    if (cookie) headers.set('cookie', cookie)
    const response = await fetch(origin + path, { ...init, headers })
    for (const header of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? []
      if (/max-age=0/i.test(header)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }

  /** Opens a page like a navigation. Does not follow a redirect. */
  async function open(path: string) {
    const headers = { accept: 'text/html', 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }
    const response = await ask(path, { headers, redirect: 'manual' })
    const { status } = response
    return { status, location: response.headers.get('location'), text: await response.text() }
  }

  return {
    origin,
    cookies,
    ask,
    open,
    /** Opens a page and follows redirects, like a browser. */
    async visit(path: string) {
      let page = await open(path)
      for (let redirects = 0; page.location !== null && redirects < MOST_REDIRECTS; redirects++) {
        const { pathname, search } = new URL(page.location, origin)
        page = await open(pathname + search)
      }
      return page
    },
    /** Submits a form without a script from the page at `from`. Does not follow a redirect. */
    async submit(path: string, fields: Record<string, string>, from: string) {
      const headers = { 'sec-fetch-site': 'same-origin', origin, referer: origin + from }
      const body = new URLSearchParams(fields)
      const response = await ask(path, { method: 'POST', headers, body, redirect: 'manual' })
      await response.text()
      return { status: response.status, location: response.headers.get('location') }
    },
    /** Makes a request like a script of a page. */
    call: (path: string, { method = 'GET', json, body, type }: Asked = {}) =>
      ask(path, {
        method,
        headers: {
          'x-requested-with': 'tokencell',
          'sec-fetch-site': 'same-origin',
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...(type !== undefined && { 'content-type': type }),
        },
        ...(json !== undefined && { body: JSON.stringify(json) }),
        ...(body && { body }),
      }),
  }
}

interface Asked {
  method?: string
  json?: unknown
  body?: BodyInit
  type?: string
}
