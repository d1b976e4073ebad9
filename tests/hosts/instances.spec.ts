import { test as base, expect } from '../apps.js'
import { startRedis } from '../servers.js'
import { hostOf, startInstances } from './applications.js'
import { expireTokens, type Host, signIn, travel } from './journey.js'
import { createVisitor } from './visitor.js'

/** Two instances of an application behind one nginx, which asks them in turn. */
const test = base.extend<{ host: Host }>({
  host: ({ api, served }, use) => use(hostOf(served, api)),
})

type Visitor = ReturnType<typeof createVisitor>

const MANY = 8

/** Requests at the same time, half of them to each instance. @returns how many were answered as Ada's */
async function askAtOnce(host: Host, visitor: Visitor): Promise<number> {
  const answers = await Promise.all(Array.from({ length: MANY }, () => host.isSignedIn(visitor)))
  return answers.filter((isOfAda) => isOfAda).length
}

test('promise 25: on one Redis, requests at the same time refresh once, and nobody is signed out', async ({
  host,
  listening,
  served,
}) => {
  const redis = await startRedis()
  const behind = { api: listening.url, redis: `redis://127.0.0.1:${redis.port}` }
  const instances = await startInstances(served, { ...behind, count: 2 })
  await travel(host, createVisitor(instances.url))

  const visitor = createVisitor(instances.url)
  await signIn(host, visitor)
  for (let rounds = 1; rounds <= 2; rounds++) {
    const { total } = host.api.journal.counts().refresh
    await expireTokens(host)
    expect(await askAtOnce(host, visitor)).toBe(MANY)
    expect(host.api.journal.counts().refresh.total - total).toBe(1)
  }
  expect(instances.outputs().join('')).not.toContain('Several instances')
  await instances.end()
  await redis.end()
})

test('promise 9: without a store, a refresh that only one of two instances gets ends no session, and the console says so once', async ({
  host,
  listening,
  served,
}) => {
  const instances = await startInstances(served, { api: listening.url, count: 2 })
  host.api.configure({ flaws: ['reuse-family-survives'] })
  const visitor = createVisitor(instances.url)
  // Either instance has to have been there for a while, to know that it is not the other started again.
  await askAtOnce(host, visitor)
  await signIn(host, visitor)
  for (let rounds = 1; rounds <= 2; rounds++) {
    await expireTokens(host)
    await askAtOnce(host, visitor)
    expect(await askAtOnce(host, visitor), `round ${rounds}`).toBe(MANY)
  }
  expect(host.api.journal.counts().refresh).toMatchObject({ ok: 2, reuse: 2 })
  const said = instances.outputs().map((output) => output.split('`store`').length - 1)
  expect(said.filter((times) => times > 1)).toEqual([])
  expect(said).toContain(1)

  // An API that revokes the whole session then has ended it. The user gets out of it by a sign-in, at either instance.
  host.api.configure({ flaws: [] })
  await expireTokens(host)
  await askAtOnce(host, visitor)
  await signIn(host, visitor)
  expect(await askAtOnce(host, visitor)).toBe(MANY)
  await instances.end()
})
