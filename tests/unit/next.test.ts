import { NextRequest } from 'next/server.js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createNextAuth, type NextAuthOptions } from '../../js/next/index.js'
import { type Browser, browse, ORIGIN, startApi } from './server/browser.js'

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

const visit = (browser: Browser, path: string, more = '') =>
  new NextRequest(new URL(path, ORIGIN), { headers: { cookie: browser.cookieHeader + more } })

test('promise 23: a route handler that the proxy covers is `private, no-store` for whoever has a session', async () => {
  const { auth, browser } = await signedIn()
  expect((await auth.proxy(visit(browser, '/api/mine'))).headers.get('cache-control')).toBe(
    'private, no-store',
  )
})
