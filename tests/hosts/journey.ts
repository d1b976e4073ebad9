import { ADA, type Api, expect } from '../apps.js'
import type { createVisitor } from './visitor.js'

type Visitor = ReturnType<typeof createVisitor>

/** Where the application is, and a path of it that asks the API for the user. */
export interface Host {
  base: string
  api: Api
  /** Of each path, where the host redirects what has no slash there. */
  ending?: string
  /** Whether downloads say how long they are: `false` if they do not. */
  keepsLength?: boolean
  /** Whether the API was asked as the user, and answered. */
  isSignedIn(visitor: Visitor): Promise<boolean>
}

const total = ({ api }: Host) => api.journal.counts().refresh.total

export async function signIn({ base }: Host, visitor: Visitor) {
  const response = await visitor.call(`${base}/api/auth/sign-in`, { method: 'POST', json: ADA })
  expect(response.status).toBe(200)
}

/** Until the token is older than the second in which it is not doubted: the API refuses it from now on. */
export async function expireTokens({ api }: Host) {
  await new Promise((resolve) => setTimeout(resolve, 1050))
  api.tokens.expireAll()
}

/** What every host has to do, on an API that ends the session when a refresh token comes twice. */
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

/** A refresh that fails is over when its request is: the next request refreshes. */
export async function outlive(host: Host, visitor: Visitor) {
  await signIn(host, visitor)
  await expireTokens(host)
  host.api.faults.add({ route: 'refresh', kind: 'status', status: 503, times: 1 })
  await host.isSignedIn(visitor)
  await expect.poll(() => host.isSignedIn(visitor)).toBe(true)
}
