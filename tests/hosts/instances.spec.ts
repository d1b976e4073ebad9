import { at, test as base, expect, openSignedIn } from '../apps.js'
import { startRedis } from '../servers.js'
import { hostOf, startInstances } from './applications.js'
import { expireTokens, type Host, signIn, travel } from './journey.js'
import { createVisitor } from './visitor.js'

type Instances = Awaited<ReturnType<typeof startInstances>>

/** Two instances of an application behind one nginx, which asks them in turn. */
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

/** Requests at the same time, half of them to each instance. @returns how many were answered as Ada's */
async function askAtOnce(host: Host, visitor: ReturnType<typeof createVisitor>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: MANY }, () => host.isSignedIn(visitor)))
  return answers.filter((isOfAda) => isOfAda).length
}

const refreshes = ({ api }: Host) => api.journal.counts().refresh

test.describe('with a store', () => {
  test.use({ hasStore: true })

  test('promise 25: requests at the same time refresh once, and nobody is signed out', async ({
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
  test('promise 9: a refresh that only one instance gets ends no session, and the console says so once', async ({
    host,
    instances,
  }) => {
    host.api.configure({ flaws: ['reuse-family-survives'] })
    const visitor = createVisitor(instances.url)
    // Either instance has to have been there for a while, to know that it is not the other one started again.
    await askAtOnce(host, visitor)
    await signIn(host, visitor)
    for (let rounds = 1; rounds <= 2; rounds++) {
      await expireTokens(host)
      // Until both instances have asked for a refresh: otherwise the visitor may have the new cookie before.
      host.api.faults.add({ route: 'refresh', kind: 'hold', times: 2 })
      const asking = askAtOnce(host, visitor)
      await host.api.faults.whenHeld('refresh', 2)
      host.api.faults.release('refresh')
      await asking
      expect(await askAtOnce(host, visitor), `round ${rounds}`).toBe(MANY)
      expect(refreshes(host)).toMatchObject({ ok: rounds, reuse: rounds })
    }
    const said = instances.outputs().map((output) => output.split('Several instances').length - 1)
    expect(said.reduce((sum, times) => sum + times)).toBeGreaterThan(0)
    expect(Math.max(...said)).toBe(1)

    // An API that revokes the whole session then has ended it. The user can sign in again, at either instance.
    host.api.configure({ flaws: [] })
    await expireTokens(host)
    await askAtOnce(host, visitor)
    await signIn(host, visitor)
    expect(await askAtOnce(host, visitor)).toBe(MANY)
  })

  test('promise 9: tabs that are loaded at the same time find their way back to the session', async ({
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
