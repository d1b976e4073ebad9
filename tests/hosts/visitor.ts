/** Somebody with a browser, as far as a server can tell: cookies are kept, redirects are not followed. */
export function createVisitor(origin: string) {
  const cookies = new Map<string, string>()

  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    if (cookie) headers.set('cookie', cookie)
    const response = await fetch(origin + path, { ...init, headers, redirect: 'manual' })
    for (const header of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? []
      if (/max-age=0/i.test(header)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }

  return {
    cookies,
    /** Opens a page, as a navigation does. */
    async open(path: string) {
      const headers = { accept: 'text/html', 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }
      const response = await ask(path, { headers })
      const { status } = response
      return { status, location: response.headers.get('location'), text: await response.text() }
    },
    /** What a script of a page asks. */
    call: (path: string, { method = 'GET', json }: { method?: string; json?: unknown } = {}) =>
      ask(path, {
        method,
        headers: {
          'x-requested-with': 'tokencell',
          'sec-fetch-site': 'same-origin',
          ...(json !== undefined && { 'content-type': 'application/json' }),
        },
        ...(json !== undefined && { body: JSON.stringify(json) }),
      }),
  }
}
