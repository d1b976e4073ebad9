/**
 * A minimal browser for Node: it keeps cookies, and sends X-Requested-With and
 * the last access token that it got.
 * @param {string} url of the API
 */
export function createClient(url) {
  /** @type {Map<string, string>} */
  const cookies = new Map()

  const client = {
    cookies,
    /** @type {string | undefined} */
    accessToken: undefined,

    /**
     * @param {string} route such as "POST /refresh"
     * @param {{ json?: unknown, body?: BodyInit, duplex?: 'half', headers?: Record<string, string>, signal?: AbortSignal }} [init]
     *   a header of "" is left out
     * @returns {Promise<Response>} with a body that has not been read
     */
    async open(route, { json, headers, ...init } = {}) {
      const [method, path] = route.split(' ')
      if (json !== undefined) init.body = JSON.stringify(json)
      const response = await fetch(`${url}/api/v1${path}`, {
        ...init,
        method,
        headers: present({
          'X-Requested-With': 'fetch',
          Cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
          Authorization: client.accessToken ? `Bearer ${client.accessToken}` : '',
          'Content-Type': json === undefined ? '' : 'application/json',
          ...headers,
        }),
      })
      for (const cookie of response.headers.getSetCookie()) keep(cookies, cookie)
      return response
    },

    /**
     * The same, with the body of the response. A token in it is sent from then on.
     * @param {string} route
     * @param {Parameters<typeof client.open>[1]} [init]
     * @returns {Promise<{ status: number, headers: Headers, text: string, body: any }>}
     */
    async call(route, init) {
      const response = await client.open(route, init)
      const text = await response.text()
      const body = parse(text)
      client.accessToken =
        body?.access_token ?? bearerOf(response.headers.get('Authorization')) ?? client.accessToken
      return { status: response.status, headers: response.headers, text, body }
    },

    /** @param {string} [email] @param {string} [password] */
    signIn: (email = 'ada@example.com', password = 'correct horse') =>
      client.call('POST /login', { json: { email, password } }),
  }
  return client
}

function present(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
}

function keep(cookies, cookie) {
  const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)
  if (value === '') cookies.delete(name)
  else cookies.set(name, value)
}

function bearerOf(header) {
  return header?.replace(/^Bearer /, '')
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
