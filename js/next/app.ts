import { parseSetCookie } from 'cookie'
import type { SessionInfo } from '../bff-protocol.js'
import type { Rule } from '../guard.js'
import type { BffServer, RequestSession } from '../server/index.js'
import type { createGuard } from './guard.js'
import { PATH_HEADER } from './proxy.js'

type CookieStore = Awaited<ReturnType<typeof import('next/headers.js')['cookies']>>

/** What components, actions and route handlers of the App Router ask. */
export function createApp(bff: BffServer, guard: ReturnType<typeof createGuard>) {
  /**
   * Does something with the session of this request. Where a response can still take a cookie, in an action or a route
   * handler, a token that is due is refreshed; while rendering, none is, because its successor would be lost.
   */
  async function within<T>(work: (session: RequestSession) => Promise<T>): Promise<T> {
    const { cookies } = await import('next/headers.js')
    const store = await cookies()
    const session = bff.open(store.toString(), () => canSet(store))
    try {
      return await work(session)
    } finally {
      for (const header of await session.setCookies()) {
        const { name, value = '', ...attributes } = parseSetCookie(header, { decode: asItIs })
        if (canSet(store)) store.set({ name, value, ...attributes })
      }
    }
  }

  return {
    getSession: (): Promise<SessionInfo> => within((session) => session.info()),

    async requireSession(rule: Rule = { requiresAuth: true }): Promise<SessionInfo> {
      const info = await within((session) => session.info())
      const { headers } = await import('next/headers.js')
      const verdict = guard(info.snapshot, rule, (await headers()).get(PATH_HEADER) ?? undefined)
      if (verdict === 'allow') return info
      const { notFound, redirect } = await import('next/navigation.js')
      return verdict === 'not-found' ? notFound() : redirect(verdict.to)
    },

    fetch: (input: RequestInfo | URL, init?: RequestInit): Promise<Response> =>
      within((session) => session.fetch(input, init)),
  }
}

/** While rendering, setting a cookie throws. This one never comes to be. */
function canSet(store: CookieStore): boolean {
  try {
    store.set({ name: 'tokencell-probe', value: '', maxAge: 0, path: '/' })
    return true
  } catch {
    return false
  }
}

const asItIs = (value: string) => value
