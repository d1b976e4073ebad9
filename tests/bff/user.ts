import { type Api, expect, fromPage, isNuxt, type Served } from '../apps.js'
import { createVisitor, untilAborted } from '../hosts/visitor.js'
import { pick, type Random } from '../random.js'
import type { Refreshes } from './refreshes.js'

const PASSWORD = 'a password'
/** The names of the users, which identify the user of a response. */
const NAMES = /canary-\d+-user/g

/** The request with which Next 16 prefetches a page; for Nuxt, the prefetch request of a browser. */
const prefetching = (served: Served): [path: string, headers: Record<string, string>] =>
  isNuxt(served)
    ? ['/notes', { 'sec-purpose': 'prefetch', 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors' }]
    : [
        '/notes?_rsc=1abc',
        {
          rsc: '1',
          'next-router-prefetch': '1',
          'next-url': '/',
          'sec-purpose': 'prefetch',
          'sec-fetch-site': 'same-origin',
          'sec-fetch-mode': 'cors',
        },
      ]

const navigating = {
  accept: 'text/html',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

export interface Counts {
  answers: number
  /** Responses with the name of their user. */
  own: number
  failed: number
  aborted: number
  /** Requests aborted before the response began, while a token of the user was being refreshed. */
  abortedInRefresh: number
}

export const noCounts = (): Counts => ({ answers: 0, own: 0, failed: 0, aborted: 0, abortedInRefresh: 0 })

interface Surroundings {
  api: Api
  url: string
  served: Served
  counts: Counts
  refreshes: Refreshes
}

type Visitor = ReturnType<typeof createVisitor>

/** Makes requests like the browser of a user, checks every response, and counts. */
function createRequests(
  { ask }: Visitor,
  { name, id }: { name: string; id: string },
  { counts, refreshes }: Surroundings,
) {
  function look(path: string, status: number, text: string) {
    counts.answers += 1
    if (status >= 500) counts.failed += 1
    if (text.includes(name)) counts.own += 1
    const others = (text.match(NAMES) ?? []).filter((found) => found !== name)
    expect(others, `${name} at ${path}`).toEqual([])
  }

  /** @param patience time until the request is aborted, in milliseconds. @returns `null` if it was aborted */
  return async function get(path: string, headers: Record<string, string>, patience?: number) {
    const began = Date.now()
    const abort = new AbortController()
    const timer = patience !== undefined && setTimeout(() => abort.abort(), patience)
    let hasBegun = false
    try {
      const { signal } = abort
      const response = await untilAborted(signal, ask(path, { headers, redirect: 'manual', signal }))
      hasBegun = true
      const text = await untilAborted(signal, response.text())
      look(path, response.status, text)
      return { status: response.status, text, location: response.headers.get('location') }
    } catch (error) {
      if (!abort.signal.aborted) throw error
      counts.aborted += 1
      if (!hasBegun && refreshes.isAnyOpenSince(id, began)) counts.abortedInRefresh += 1
      return null
    } finally {
      if (timer) clearTimeout(timer)
    }
  }
}

export type User = Awaited<ReturnType<typeof createUser>>

/** A user with an account and a browser, who aborts many requests. */
export async function createUser(n: number, random: Random, surroundings: Surroundings) {
  const { api, url, served, refreshes } = surroundings
  const name = `canary-${n}-user`
  const credentials = { email: `${name}@example.com`, password: PASSWORD }
  const { id = '' } = (await api.accounts.signUp(credentials)) ?? {}
  const visitor = createVisitor(url)
  const get = createRequests(visitor, { name, id }, surroundings)
  let signedInAt = 0
  let isSignedOut = false

  /** Opens a page and follows redirects. */
  async function navigate(path: string) {
    for (let at = path, hops = 0; hops < 10; hops += 1) {
      if (new URL(at, url).pathname === '/sign-in') isSignedOut = true
      const found = await get(at, navigating)
      if (!found?.location) return
      const { pathname, search } = new URL(found.location, url)
      at = pathname + search
    }
  }

  async function status(): Promise<string> {
    const found = await get('/api/auth/session', fromPage)
    if (found?.status !== 200) return 'unknown'
    const { snapshot } = JSON.parse(found.text)
    if (snapshot.status === 'unauthenticated') isSignedOut = true
    return snapshot.status
  }

  const soon = () => pick(random, [5, 60, 300, 1500]) * random()
  const prefetch = (patience?: number) => get(...prefetching(served), patience)
  const call = (path: string) => get(path, fromPage, random() < 0.3 ? soon() : undefined)
  const acts = [
    () => prefetch(soon()),
    () => prefetch(soon()),
    () => prefetch(random() < 0.5 ? soon() : undefined),
    () => call('/api/v1/me'),
    () => call('/api/v1/notes'),
    () => navigate('/notes'),
    status,
  ]

  return {
    id,
    name,
    /** Whether the response to a refresh of this session was lost. */
    get hasLostAnswer() {
      return refreshes.isAnyLostSince(id, signedInAt)
    },
    /** The number of refreshes of this session that the API has refused after that. */
    get refusals() {
      return refreshes.refusals(id, signedInAt)
    },
    /** Whether the application has reported the user as signed out. */
    get isSignedOut() {
      return isSignedOut
    },
    async signIn() {
      visitor.cookies.clear()
      isSignedOut = false
      signedInAt = Date.now()
      const response = await visitor.call('/api/auth/sign-in', { method: 'POST', json: credentials })
      expect(response.status, `${name} signs in`).toBe(200)
      await response.text()
    },
    /** Makes one to four of the requests of a page at once. */
    act: () => Promise.all(Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(random, acts)())),
    status,
    async seesOwnData() {
      const found = await get('/api/v1/me', fromPage)
      return found?.status === 200 && found.text.includes(name)
    },
  }
}
