import { setTimeout as delay } from 'node:timers/promises'
import { type Api, type App, expect, type Served, test } from '../apps.js'
import { pick, randomFrom } from '../random.js'
import { isLost, mistakesIn, watchRefreshes } from './refreshes.js'
import { createUser, noCounts, type User } from './user.js'
import { createWeather, weatherOfData } from './weather.js'

const isFull = Boolean(process.env.TOKENCELL_FULL)

/** Lifetime of a token, in seconds. */
const LIFETIME = isFull ? 8 : 2
const USERS = isFull ? 50 : 24
const ROUNDS = isFull ? 15 : 4
/** The slowest refresh, in milliseconds. In the full run it takes longer than a request waits for it (10 s). */
const SLOWEST = isFull ? 14_000 : 1500
/** Enough time for a token to expire, a slow refresh, and two further refreshes of 2 s each. In milliseconds. */
const SETTLED = 10_000 + LIFETIME * 1000 + SLOWEST

const seed = Number(process.env.TOKENCELL_SEED ?? Math.floor(Math.random() * 1e9))

/** Signs the users in, at an API that injects many faults into refreshes and GET requests. */
async function begin(api: Api, { url }: App, served: Served) {
  const counts = noCounts()
  const weathers = new Map<string, ReturnType<typeof createWeather>>()
  const randomOfData = randomFrom(seed)
  const refreshes = watchRefreshes(api, {
    ofRefresh: (user) => weathers.get(user)?.(),
    ofOthers: () => weatherOfData(randomOfData),
  })
  const enter = async (n: number) => {
    const user = await createUser(n, randomFrom(seed + 2 * n + 1), { api, url, served, counts, refreshes })
    const random = randomFrom(seed + 2 * n + 2)
    weathers.set(user.id, createWeather({ random, slowest: SLOWEST, losesAnswers: n % 3 === 0 }))
    await user.signIn()
    return user
  }
  const users = await Promise.all(Array.from({ length: USERS }, (_, n) => enter(n)))
  return { users, counts, refreshes }
}

/** @param onSignedOut is called before the user signs in again */
async function live(user: User, random: () => number, onSignedOut: () => void) {
  for (let round = 0; round < ROUNDS; round += 1) {
    await user.act()
    if (user.isSignedOut) {
      onSignedOut()
      await user.signIn()
    }
    await delay(pick(random, [0, 0.3, 0.8, 1.2]) * LIFETIME * 1000)
  }
}

/** Waits until the user is signed out if `isOver`, or else sees the own data. */
async function settle(user: User, isOver: boolean) {
  const hint = `${user.name} is signed ${isOver ? 'out' : 'in'} at the end, seed ${seed}`
  const isSettled = async () => (isOver ? (await user.status()) === 'unauthenticated' : user.seesOwnData())
  await expect.poll(isSettled, { message: hint, timeout: SETTLED }).toBe(true)
}

const kinds = [
  {
    grace: 0,
    title: 'a session ends on a strict API only after a lost refresh response and two refusals',
  },
  { grace: 120, title: 'no session ends on an API with a grace period' },
]

for (const { grace, title } of kinds)
  test(`promise 22: with slow, interrupted and lost refreshes and aborted prefetches, ${title}`, {
    tag: grace > 0 ? ['@full'] : [],
  }, async ({ api, app, served }) => {
    test.setTimeout(isFull ? 1_200_000 : 90_000)
    api.configure({ accessTtl: LIFETIME, reuseGrace: grace })
    const began = performance.now()
    const { users, counts, refreshes } = await begin(api, app, served)
    let sessionsLost = 0
    const refusedAtLeast = (user: User) => {
      sessionsLost += 1
      const { hasLostAnswer, refusals } = user
      const facts = { grace, hasLostAnswer, isRefusedTwice: refusals >= 2 }
      expect(facts, `${user.name} is signed out, seed ${seed}`).toEqual({
        grace: 0,
        hasLostAnswer: true,
        isRefusedTwice: true,
      })
    }
    await Promise.all(
      users.map((user, n) => live(user, randomFrom(seed - n - 1), () => refusedAtLeast(user))),
    )
    refreshes.calm()
    await Promise.all(users.map((user) => settle(user, user.hasLostAnswer && grace === 0)))
    for (const user of users.filter(({ isSignedOut }) => isSignedOut)) refusedAtLeast(user)

    const answersLost = refreshes.uses.filter(isLost).length
    const seconds = Math.round((performance.now() - began) / 100) / 10
    console.log(`  soak of ${served}, seed ${seed}, grace ${grace}: ${seconds} s,`, {
      refreshes: refreshes.uses.length,
      answersLost,
      sessionsLost,
      ...counts,
    })
    expect(mistakesIn(refreshes.uses), `seed ${seed}`).toEqual([])
    expect(
      sessionsLost,
      'one lost session for each lost response on a strict API, none with a grace period',
    ).toBe(grace ? 0 : answersLost)
    expect(answersLost).toBeGreaterThan(0)
    expect(counts.abortedInRefresh).toBeGreaterThan(0)
    expect(counts.own, 'many responses have the name of their user').toBeGreaterThan(counts.answers / 4)
  })
