/**
 * A minimal browser: it keeps the refresh cookie and the last access token.
 * @param {string} url of the API
 */
export function createClient(url) {
  const client = {
    /** @type {string | undefined} `name=value` */
    cookie: undefined,
    /** @type {string | undefined} */
    token: undefined,

    /** @param {string} route such as "POST /refresh" @param {RequestInit & { json?: unknown }} [init] headers with the value '' are omitted */
    async call(route, { json, headers, ...init } = {}) {
      const [method, path] = route.split(' ')
      const response = await fetch(url + path, {
        ...init,
        ...(json !== undefined && { body: JSON.stringify(json) }),
        method,
        headers: present({
          'X-Requested-With': 'tokencell',
          'Content-Type': json === undefined ? '' : 'application/json',
          Cookie: client.cookie ?? '',
          Authorization: client.token ? `Bearer ${client.token}` : '',
          ...headers,
        }),
      })
      const text = await response.text()
      const body = parse(text)
      const [setCookie] = response.headers.getSetCookie()
      if (setCookie) client.cookie = isOver(setCookie) ? undefined : /^[^=]+=[^;]+/.exec(setCookie)?.[0]
      client.token = body.access_token ?? client.token
      return { status: response.status, headers: response.headers, body, setCookie }
    },

    /** A copy of this browser with its current cookie and token, for example of a thief. */
    copy: () => Object.assign(createClient(url), { cookie: client.cookie, token: client.token }),
    signUp: (email = 'ada@example.com') =>
      client.call('POST /signup', { json: { email, password: PASSWORD } }),
    signIn: (email = 'ada@example.com', password = PASSWORD) =>
      client.call('POST /login', { json: { email, password } }),
    refresh: () => client.call('POST /refresh'),
  }
  return client
}

export const PASSWORD = 'correct horse battery'

const present = (headers) => Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))

const isOver = (setCookie) => /; *(Max-Age=0|Expires=Thu, 01[ -]Jan[ -]1970)/i.test(setCookie)

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
