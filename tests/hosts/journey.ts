import { ADA, type Api, expect } from '../apps.js'
import type { createVisitor } from './visitor.js'

type Visitor = ReturnType<typeof createVisitor>

/** An application on a host, with its base path and its API. */
export interface Host {
  base: string
  api: Api
  /** The ending of each path: `/` where the host redirects paths without it. */
  ending?: string
  /** `false` if downloads have no `Content-Length`. */
  keepsLength?: boolean
  /** Whether the application gets the user's data from the API. */
  isSignedIn(visitor: Visitor): Promise<boolean>
}

const total = ({ api }: Host) => api.journal.counts().refresh.total

export async function signIn({ base }: Host, visitor: Visitor) {
  const response = await visitor.call(`${base}/api/auth/sign-in`, { method: 'POST', json: ADA })
  expect(response.status).toBe(200)
}

/** Waits until the token is older than 1 s (until then, a 401 causes no refresh), and makes the API refuse it. */
export async function expireTokens({ api }: Host) {
  await new Promise((resolve) => setTimeout(resolve, 1050))
  api.tokens.expireAll()
}

/** The flow for every host, on an API that ends the session when a refresh token is used twice. */
export async function travel(host: Host, visitor: Visitor) {
  await signIn(host, visitor)
  for (let reloads = 0; reloads < 2; reloads++) expect(await host.isSignedIn(visitor)).toBe(true)
  expect(total(host)).toBe(0)

  await expireTokens(host)
  const both = await Promise.all([host.isSignedIn(visitor), host.isSignedIn(visitor)])
  expect([both, total(host)]).toEqual([[true, true], 1])
  expect(await host.isSignedIn(visitor)).toBe(true)

  const signOut = await visitor.call(`${host.base}/api/auth/sign-out`, { method: 'POST' })
  expect(signOut.status).toBe(200)
  expect(host.api.state().sessions).toBe(0)
  expect(await host.isSignedIn(visitor)).toBe(false)
}

/** A failed refresh affects only its own request: the next request refreshes. */
export async function outlive(host: Host, visitor: Visitor) {
  await signIn(host, visitor)
  await expireTokens(host)
  host.api.faults.add({ route: 'refresh', kind: 'status', status: 503, times: 1 })
  await host.isSignedIn(visitor)
  await expect.poll(() => host.isSignedIn(visitor)).toBe(true)
}
