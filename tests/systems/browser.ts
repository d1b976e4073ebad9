import { CookieJar } from 'tough-cookie'

export interface Reply {
  status: number
  headers: Headers
  /** The cookies that the answer sets. */
  set: string[]
  /** The parsed JSON, or the text. */
  body: unknown
}

/** Sends requests as a browser does: with its cookies, and without following redirects. */
export function openBrowser(url: string) {
  const jar = new CookieJar()

  async function send(method: string, path: string, { body, headers = {} }: Sent = {}): Promise<Reply> {
    const target = url + path
    const cookie = await jar.getCookieString(target)
    const isForm = body instanceof URLSearchParams
    const response = await fetch(target, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        ...(body && !isForm ? { 'content-type': 'application/json' } : {}),
        ...(cookie ? { cookie } : {}),
        ...headers,
      },
      ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
    })
    const set = response.headers.getSetCookie()
    for (const each of set) await jar.setCookie(each, target)
    return { status: response.status, headers: response.headers, set, body: parse(await response.text()) }
  }

  return { send, cookies: () => jar.getCookies(url) }
}

interface Sent {
  body?: object
  headers?: Record<string, string>
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The member of a JSON answer that must be text. */
export function textOf({ body }: Reply, name: string): string {
  const value = (body as Record<string, unknown>)[name]
  if (typeof value !== 'string') throw new Error(`no text ${name} in ${JSON.stringify(body)}`)
  return value
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** The claims of a JWT, unverified. */
export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

/** The text of the header without `Bearer`. */
export const tokenIn = ({ headers }: Pick<Reply, 'headers'>) =>
  headers.get('authorization')?.replace(/^Bearer /, '') ?? ''
