import { expect, fromPage, test } from '../apps.js'
import { createVisitor, untilAborted } from '../hosts/visitor.js'
import { pick, randomFrom } from '../random.js'
import { surfaceOf } from './surface.js'

const USERS = 200
const ROUNDS = process.env.TOKENCELL_FULL ? 12 : 4
const seed = Number(process.env.TOKENCELL_SEED ?? Math.floor(Math.random() * 1e9))

test('promise 22: with two hundred users at once, delays, faults and aborts, no user ever sees the name of another user', async ({
  api,
  app,
  served,
}) => {
  test.setTimeout(300_000)
  api.configure({ accessTtl: 8 })
  const random = randomFrom(seed)
  const users = Array.from({ length: USERS }, (_, n) => {
    const name = `canary-${n}-user`
    return {
      name,
      credentials: { email: `${name}@example.com`, password: 'a password' },
      ...createVisitor(app.url),
    }
  })
  // In groups of ten, because the API hashes the passwords, which is slow.
  for (let at = 0; at < USERS; at += 10)
    await Promise.all(
      users.slice(at, at + 10).map(async ({ credentials, call }) => {
        await api.accounts.signUp(credentials)
        const response = await call('/api/auth/sign-in', { method: 'POST', json: credentials })
        expect(response.status).toBe(200)
        await response.text()
      }),
    )

  const { ofAda, ofNobody } = surfaceOf(served)
  const kinds = [...ofAda, ...ofNobody, ['/api/v1/notes?delay=30', fromPage] as const]
  const counts = { answers: 0, own: 0, aborted: 0, failed: 0 }
  const visit = async (user: (typeof users)[0], [name, more]: (typeof kinds)[number]) => {
    const abort = new AbortController()
    const headers = { ...fromPage, ...more }
    if (random() < 0.15) setTimeout(() => abort.abort(), random() * 60)
    try {
      const { signal } = abort
      const response = await untilAborted(signal, user.ask(name, { headers, signal, redirect: 'manual' }))
      const text = await untilAborted(signal, response.text())
      counts.answers += 1
      if (response.status >= 500) counts.failed += 1
      const others = (text.match(/canary-\d+-user/g) ?? []).filter((found) => found !== user.name)
      expect(others, `${user.name} at ${name}, seed ${seed}`).toEqual([])
      if (text.includes(user.name)) counts.own += 1
    } catch (error) {
      if (!abort.signal.aborted) throw error
      counts.aborted += 1
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const route of ['me', 'notes', 'refresh'])
      api.faults.add({ route, kind: 'status', status: 503, times: 5 })
    const order = users.toSorted(() => random() - 0.5)
    for (let at = 0; at < USERS; at += 50)
      await Promise.all(
        order
          .slice(at, at + 50)
          .flatMap((user) => [visit(user, pick(random, kinds)), visit(user, pick(random, kinds))]),
      )
  }
  expect(counts.answers + counts.aborted).toBe(USERS * ROUNDS * 2)
  expect(counts.own, 'most responses have the name of their user').toBeGreaterThan(counts.answers / 2)
  expect(counts.aborted).toBeGreaterThan(0)
  const { refresh } = api.journal.counts()
  expect(
    [refresh.reuse, refresh.refused],
    `no refresh token was used twice or refused, seed ${seed}`,
  ).toEqual([0, 0])
})
