import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { ADA } from '../api.js'
import { jwt } from '../jwt.js'

/** A request, in the form that the stand-ins use. */
export interface Asked {
  /** `POST /api/login`, without the query. */
  route: string
  query: URLSearchParams
  header(name: string): string | undefined
  cookie(name: string): string | undefined
  /** The fields of a body, decoded from JSON or a form. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on what doctor sends
  body: Record<string, any>
  isForm: boolean
  bearer: string | undefined
}

export interface Reply {
  status: number
  body?: unknown
  /** Replaces a JSON body. */
  text?: string
  headers?: Record<string, string | string[]>
}

/** An API that doctor knows only through HTTP. `always` is added to every response, as load balancers and frameworks do. */
export function standIn(
  routes: (asked: Asked) => Reply,
  always: Record<string, string | string[]> = {},
): RequestListener {
  return async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in')
    const header = (name: string) => request.headers[name.toLowerCase()] as string | undefined
    const isForm = header('content-type') === 'application/x-www-form-urlencoded'
    const {
      status,
      body,
      text: other,
      headers,
    } = routes({
      route: `${request.method} ${pathname}`,
      query: searchParams,
      header,
      cookie: (name) => new RegExp(`(?:^|; )${name}=([^;]+)`).exec(header('cookie') ?? '')?.[1],
      body: isForm ? Object.fromEntries(new URLSearchParams(text)) : parse(text),
      isForm,
      bearer: /^Bearer (\S+)$/.exec(header('authorization') ?? '')?.[1],
    })
    const cookies = [always['Set-Cookie'] ?? [], headers?.['Set-Cookie'] ?? []].flat()
    response.writeHead(status, {
      'Cache-Control': 'no-store',
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...always,
      ...headers,
      ...(cookies.length > 0 && { 'Set-Cookie': cookies }),
    })
    response.end(body === undefined ? other : JSON.stringify(body))
  }
}

function parse(text: string) {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}

export const isAda = (email: unknown, password: unknown) => email === ADA.email && password === ADA.password

export const random = (length = 20) => randomBytes(length).toString('hex').slice(0, length)

/** Tokens of sessions. Each refresh token is accepted once. A second use ends its session. */
export function createSessions(newRefresh: () => string = random) {
  const access = new Map<string, number>()
  const refresh = new Map<string, { id: number; isSpent: boolean }>()
  let ids = 0
  const issue = (id: number) => {
    const pair = { access: jwt(), refresh: newRefresh() }
    access.set(pair.access, id)
    refresh.set(pair.refresh, { id, isSpent: false })
    return pair
  }
  const end = (id: number | undefined) => {
    for (const [token, its] of access) if (its === id) access.delete(token)
    for (const [token, its] of refresh) if (its.id === id) refresh.delete(token)
  }
  return {
    open: () => issue(++ids),
    isLive: (token: string | undefined) => token !== undefined && access.has(token),
    renew(token: string | undefined) {
      const found = refresh.get(token ?? '')
      if (!found) return undefined
      if (found.isSpent) {
        end(found.id)
        return undefined
      }
      found.isSpent = true
      return issue(found.id)
    },
    endOfAccess: (token: string | undefined) => end(access.get(token ?? '')),
    endOfRefresh: (token: string | undefined) => end(refresh.get(token ?? '')?.id),
    count: () => new Set([...refresh.values()].map(({ id }) => id)).size,
  }
}
