import { at, test as base, expect, openSignedIn } from '../apps.js'
import { startRedis } from '../servers.js'
import { hostOf, startInstances } from './applications.js'
import { expireTokens, type Host, signIn, travel } from './journey.js'
import { createVisitor } from './visitor.js'

type Instances = Awaited<ReturnType<typeof startInstances>>

/** Two instances of an application behind one nginx, which distributes requests over them in turn. */
const test = base.extend<{ hasStore: boolean; instances: Instances; host: Host }>({
  hasStore: [false, { option: true }],
  async instances({ listening, served, hasStore }, use) {
    const redis = hasStore ? await startRedis() : undefined
    const store = redis && { redis: `redis://127.0.0.1:${redis.port}` }
    const instances = await startInstances(served, { api: listening.url, count: 2, ...store })
    await use(instances)
    await instances.end()
    await redis?.end()
  },
  baseURL: ({ instances }, use) => use(instances.url),
  host: ({ api, served }, use) => use(hostOf(served, api)),
})

const MANY = 8

/** Makes concurrent requests, half of them to each instance. @returns the number of responses with Ada's data */
async function askAtOnce(host: Host, visitor: ReturnType<typeof createVisitor>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: MANY }, () => host.isSignedIn(visitor)))
  return answers.filter((isOfAda) => isOfAda).length
}

const refreshes = ({ api }: Host) => api.journal.counts().refresh

test.describe('with a store', () => {
  test.use({ hasStore: true })

  test('promise 25: concurrent requests on an expired token cause one refresh in total, and all succeed', async ({
    host,
    instances,
  }) => {
    await travel(host, createVisitor(instances.url))
    const visitor = createVisitor(instances.url)
    await signIn(host, visitor)
    for (let rounds = 1; rounds <= 2; rounds++) {
      const { total } = refreshes(host)
      await expireTokens(host)
      expect(await askAtOnce(host, visitor)).toBe(MANY)
      expect(refreshes(host).total - total, `round ${rounds}`).toBe(1)
    }
    expect(instances.outputs().join('')).not.toContain('Several instances')
  })
})

test.describe('without a store', () => {
  test('promise 9: when both instances refresh with one token, the session continues, and each instance logs a warning at most once', async ({
    host,
    instances,
  }) => {
    host.api.configure({ flaws: ['reuse-family-survives'] })
    const visitor = createVisitor(instances.url)
    // Both instances must have run for a while, so that neither takes the other for its own restart.
    await askAtOnce(host, visitor)
    await signIn(host, visitor)
    for (let rounds = 1; rounds <= 2; rounds++) {
      await expireTokens(host)
      // Holds the refreshes until both instances have sent one. Otherwise the visitor may get the new cookie earlier.
      host.api.faults.add({ route: 'refresh', kind: 'hold', times: 2 })
      const asking = askAtOnce(host, visitor)
      await host.api.faults.whenHeld('refresh', 2)
      host.api.faults.release('refresh')
      await asking
      expect(await askAtOnce(host, visitor), `round ${rounds}`).toBe(MANY)
      expect(refreshes(host)).toMatchObject({ ok: rounds, reuse: rounds })
    }
    const warnings = instances.outputs().map((output) => output.split('Several instances').length - 1)
    expect(warnings.reduce((sum, times) => sum + times)).toBeGreaterThan(0)
    expect(Math.max(...warnings)).toBe(1)

    // An API that revokes the whole session on reuse has ended it. The user can sign in again, at each instance.
    host.api.configure({ flaws: [] })
    await expireTokens(host)
    await askAtOnce(host, visitor)
    await signIn(host, visitor)
    expect(await askAtOnce(host, visitor)).toBe(MANY)
  })

  test('promise 9: tabs that reload at the same time on an expired token are signed in after the next load', async ({
    context,
    host,
    page,
  }) => {
    host.api.configure({ flaws: ['reuse-family-survives'] })
    const notes = `${host.base}/notes${host.ending ?? ''}`
    await openSignedIn(page, notes)
    const tabs = [page, await context.newPage(), await context.newPage(), await context.newPage()]
    await Promise.all(tabs.map((tab) => tab.goto(notes)))
    await expireTokens(host)
    await Promise.all(tabs.map((tab) => tab.reload()))
    for (const tab of tabs) {
      await tab.goto(notes)
      await expect(at(tab, 'page-notes')).toHaveText('Notes of Ada')
      await expect(at(tab, 'user')).toHaveText(/Ada/)
    }
  })
})
