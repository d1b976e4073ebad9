import type { NextApiHandler, NextApiRequest, NextApiResponse } from 'next'
import { NextRequest } from 'next/server.js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createNextAuth, type NextAuthOptions } from '../../js/next/index.js'
import { type Browser, browse, ORIGIN, serve, startApi } from './server/browser.js'

let server: Awaited<ReturnType<typeof startApi>>
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  server = await startApi()
})
afterEach(async () => {
  await server.close()
  vi.useRealTimers()
})

async function signedIn(more: Partial<NextAuthOptions> = {}) {
  const auth = createNextAuth({ ...server.options, ...more })
  const browser = browse(server.options)
  await browser.signIn()
  return { auth, browser }
}

/** The same with a token that is due. */
async function due(more: Partial<NextAuthOptions> = {}) {
  const both = await signedIn(more)
  vi.setSystemTime(Date.now() + MOST_OF_ITS_LIFE)
  return both
}

/** What the Pages Router runs an API route in. */
async function get(browser: Browser, route: NextApiHandler) {
  const { url, close } = await serve((req, res) => void route(req as NextApiRequest, res as NextApiResponse))
  const response = await fetch(url, { headers: { cookie: browser.cookieHeader } })
  const text = await response.text()
  close()
  return { text, setCookies: response.headers.getSetCookie() }
}

const visit = (browser: Browser, path: string, more = '') =>
  new NextRequest(new URL(path, ORIGIN), { headers: { cookie: browser.cookieHeader + more } })

test('promise 23: a route handler that the proxy covers is `private, no-store` for whoever has a session', async () => {
  const { auth, browser } = await signedIn()
  expect((await auth.proxy(visit(browser, '/api/mine'))).headers.get('cache-control')).toBe(
    'private, no-store',
  )
})

test('promise 22: what a stream of the Pages Router asks after it has begun spends no refresh', async () => {
  const { auth, browser } = await due()
  const streamed = await get(browser, async (req, res) => {
    res.write('authenticated? ')
    const { snapshot } = await auth.pages.getSession({ req, res })
    res.end(snapshot.status)
  })
  expect(streamed).toEqual({ text: 'authenticated? authenticated', setCookies: [] })
  expect(server.refreshes().total).toBe(0)
  const whole = await get(browser, async (req, res) =>
    res.end((await auth.pages.getSession({ req, res })).snapshot.status),
  )
  expect(whole).toMatchObject({ text: 'authenticated', setCookies: [expect.any(String)] })
})

test('promise 22: cookies of others, however odd, keep no new one of ours from the browser', async () => {
  const { auth, browser } = await due()
  const response = await auth.proxy(visit(browser, '/notes', '; my pref=1'))
  expect(response.headers.getSetCookie()).toHaveLength(1)
  expect(response.headers.get('x-middleware-request-cookie')).toContain('my pref=1')
})
