import { expect, fromPage, test } from '../apps.js'
import { surfaceOf } from './surface.js'

const USERS = 200
const ROUNDS = process.env.TOKENCELL_FULL ? 12 : 4

/** A cookie jar, as a browser has one. */
function createUser(n: number) {
  const jar = new Map<string, string>()
  return {
    name: `canary-${n}-user`,
    email: `canary-${n}-user@example.com`,
    headers: () => ({ cookie: [...jar].map((pair) => pair.join('=')).join('; ') }),
    keep(response: Response) {
      for (const header of response.headers.getSetCookie()) {
        const [pair = ''] = header.split(';')
        const at = pair.indexOf('=')
        if (/max-age=0/i.test(header)) jar.delete(pair.slice(0, at))
        else jar.set(pair.slice(0, at), pair.slice(at + 1))
      }
    },
  }
}

test('promise 22: two hundred users at once, with delays, faults and aborts: nobody ever sees what is another’s', async ({
  api,
  app,
  served,
}) => {
  test.setTimeout(300_000)
  api.configure({ accessTtl: 8 })
  const users = Array.from({ length: USERS }, (_, n) => createUser(n))
  // Hashing passwords takes a while.
  for (let at = 0; at < USERS; at += 10)
    await Promise.all(
      users.slice(at, at + 10).map(async (user) => {
        await api.accounts.signUp({ email: user.email, password: 'a password' })
        const response = await fetch(`${app.url}/api/auth/sign-in`, {
          method: 'POST',
          headers: { ...fromPage, 'content-type': 'application/json' },
          body: JSON.stringify({ email: user.email, password: 'a password' }),
        })
        expect(response.status).toBe(200)
        user.keep(response)
        await response.text()
      }),
    )

  const { ofAda, ofNobody } = surfaceOf(served)
  const kinds = [...ofAda, ...ofNobody, ['/api/v1/notes?delay=30', fromPage] as const]
  const counts = { answers: 0, own: 0, aborted: 0, failed: 0 }
  const visit = async (user: (typeof users)[0], [name, more]: (typeof kinds)[number]) => {
    const abort = new AbortController()
    const headers = { ...user.headers(), ...fromPage, ...more }
    if (Math.random() < 0.15) setTimeout(() => abort.abort(), Math.random() * 60)
    try {
      const response = await fetch(app.url + name, { headers, signal: abort.signal, redirect: 'manual' })
      const text = await response.text()
      user.keep(response)
      counts.answers += 1
      if (response.status >= 500) counts.failed += 1
      const others = (text.match(/canary-\d+-user/g) ?? []).filter((found) => found !== user.name)
      expect(others, `${user.name} at ${name}`).toEqual([])
      if (text.includes(user.name)) counts.own += 1
    } catch (error) {
      if (!abort.signal.aborted) throw error
      counts.aborted += 1
    }
  }
  const any = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)] as T
  for (let round = 0; round < ROUNDS; round++) {
    for (const route of ['me', 'notes', 'refresh'])
      api.faults.add({ route, kind: 'status', status: 503, times: 5 })
    const order = users.toSorted(() => Math.random() - 0.5)
    for (let at = 0; at < USERS; at += 50)
      await Promise.all(
        order.slice(at, at + 50).flatMap((user) => [visit(user, any(kinds)), visit(user, any(kinds))]),
      )
  }
  expect(counts.answers + counts.aborted).toBe(USERS * ROUNDS * 2)
  expect(counts.own, 'most have seen their own name').toBeGreaterThan(counts.answers / 2)
  expect(counts.aborted).toBeGreaterThan(0)
  const { refresh } = api.journal.counts()
  expect([refresh.reuse, refresh.refused], 'no refresh was spent twice').toEqual([0, 0])
})
