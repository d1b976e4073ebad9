import { parseSetCookie } from 'cookie'
import { connection } from 'next/server.js'
import { ownPath, type Rule } from '../common/guard.js'
import { isStepUp } from '../common/step-up.js'
import type { SignInOptions, SignInResult } from '../common/types.js'
import type { SessionInfo } from '../protocol/server-session.js'
import { readForm } from '../server/forms.js'
import type { BffServer, RequestSession } from '../server/index.js'
import { BOUNCE_COOKIE } from '../server/session-routes.js'
import { builtBasePath } from './base-path.js'
import type { createGuard } from './guard.js'
import type { NextAuthOptions } from './options.js'
import { PATH_HEADER } from './proxy.js'

type CookieStore = Awaited<ReturnType<typeof import('next/headers.js')['cookies']>>

export function createApp(
  bff: BffServer,
  guard: ReturnType<typeof createGuard>,
  {
    signIn,
    exchanges,
    refresh,
    basePath = '/api/auth',
  }: Pick<NextAuthOptions, 'basePath' | 'exchanges' | 'refresh' | 'signIn'>,
) {
  /**
   * Runs `work` with the session of this request. In an action or a route handler, the response can still set a cookie,
   * and a token that is due is refreshed. While rendering, no token is refreshed, because the new token would be lost.
   */
  async function within<T>(work: (session: RequestSession) => Promise<T>): Promise<T> {
    // Next requires this before any code reads the time, as a session does. Prerendering stops here.
    await connection()
    const { cookies, headers } = await import('next/headers.js')
    const store = await cookies()
    const session = bff.open(headerOf(store), () => canSet(store), { headers: await headers() })
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
      const { cookies, headers } = await import('next/headers.js')
      const asked = await headers()
      const verdict = guard(info.snapshot, rule, asked.get(PATH_HEADER) ?? undefined)
      if (verdict === 'allow') return info
      const { notFound, redirect } = await importNavigation()
      if (typeof verdict !== 'object') return notFound()
      // Next adds its `basePath` to redirects of pages, and of actions that a script sends, but not to redirects of route
      // handlers.
      const isHandler = canSet(await cookies()) && !asked.has('next-action')
      return redirect(isHandler ? builtBasePath() + verdict.to : verdict.to)
    },

    async fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
      const { response, hasSession } = await within(async (session) => {
        const response = await session.fetch(input, init)
        return { response, hasSession: session.generation !== null }
      })
      // A refresh helps neither a visitor without a session nor an API that wants a newer sign-in.
      if (response.status === 401 && refresh && hasSession && !isStepUp(response)) await bounce()
      return response
    },

    async refresh(body?: Readonly<Record<string, unknown>>): Promise<SessionInfo> {
      // The result of a refresh with a body must not be lost. Any other refresh can be repeated.
      if (body) await demandSettable()
      return within(async (session) => {
        await session.refresh(body)
        return session.info()
      })
    },

    async signIn(
      credentials: FormData | URLSearchParams | Readonly<Record<string, unknown>>,
      options: SignInOptions = {},
    ): Promise<SignInResult> {
      const isForm = credentials instanceof FormData || credentials instanceof URLSearchParams
      const endpoint = options.by === undefined ? signIn : exchanges?.[options.by]
      const encoding = typeof endpoint === 'object' ? endpoint.encoding : undefined
      const body = isForm ? readForm(credentials, encoding).body : JSON.stringify(credentials)
      await demandSettable()
      return within((session) => session.signIn(body, 'application/json', options))
    },

    async signOut(): Promise<void> {
      await demandSettable()
      await within((session) => session.signOut())
    },
  }

  /**
   * The API refuses a token that has not expired, after a change of roles for example. Code that renders a page cannot
   * set a cookie with a new token. So the page redirects to a route that can set one, and that route redirects back.
   */
  async function bounce() {
    const { cookies, headers } = await import('next/headers.js')
    const store = await cookies()
    const page = ownPath((await headers()).get(PATH_HEADER))
    if (page === null || canSet(store) || store.get(BOUNCE_COOKIE)) return
    const { redirect } = await importNavigation()
    redirect(`${basePath}/refresh?${new URLSearchParams({ to: page })}`)
  }

  /** @throws the error of Next for setting cookies while rendering, before a request is sent whose result would be lost */
  async function demandSettable() {
    const { cookies } = await import('next/headers.js')
    setProbe(await cookies())
  }
}

/**
 * The module behind `next/navigation` on a server. A package that imports `next/navigation.js` gets the module for
 * browsers, which Turbopack cannot load in a route handler.
 */
const importNavigation = () => import('next/dist/api/navigation.react-server.js')

/** A cookie that the proxy has just deleted is in the store without a value. */
function headerOf(store: CookieStore): string {
  const kept = store.getAll().filter(({ value }) => value)
  return kept.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ')
}

const setProbe = (store: CookieStore) =>
  store.set({ name: 'tokencell-probe', value: '', maxAge: 0, path: '/' })

/** While rendering, setting a cookie throws. The probe cookie is never kept. */
function canSet(store: CookieStore): boolean {
  try {
    setProbe(store)
    return true
  } catch {
    return false
  }
}

const asItIs = (value: string) => value
