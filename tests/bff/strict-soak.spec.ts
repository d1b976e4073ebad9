import { setTimeout as delay } from 'node:timers/promises'
import { type Api, type App, expect, type Served, test } from '../apps.js'
import { pick, randomFrom } from '../random.js'
import { isLost, mistakesIn, watchRefreshes } from './refreshes.js'
import { createUser, noCounts, type User } from './user.js'
import { createWeather, weatherOfData } from './weather.js'

const isFull = Boolean(process.env.TOKENCELL_FULL)

/** Tokens live for so many seconds. */
const LIFETIME = isFull ? 8 : 2
const USERS = isFull ? 100 : 24
const ROUNDS = isFull ? 25 : 4
/** In milliseconds. In the full run, some refreshes take longer than a request waits for them (10 s). */
const SLOWEST = isFull ? 14_000 : 1500
/** By then a token has expired, its refresh was slow, and two more have followed at 2 s each. In milliseconds. */
const SETTLED = 10_000 + LIFETIME * 1000 + SLOWEST

const seed = Number(process.env.TOKENCELL_SEED ?? Math.floor(Math.random() * 1e9))

/** Users who are signed in, and an API on which much goes wrong, but nothing of data that are not asked for. */
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

/** @param onSignedOut is asked before the user signs in again */
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

/** Waits until it shows whether the user is signed in. */
async function settle(user: User, isOver: boolean) {
  const hint = `${user.name} is signed ${isOver ? 'out' : 'in'} at the end, seed ${seed}`
  const isSettled = async () => (isOver ? (await user.status()) === 'unauthenticated' : user.seesOwnData())
  await expect.poll(isSettled, { message: hint, timeout: SETTLED }).toBe(true)
}

const kinds = [
  {
    grace: 0,
    title: 'a strict API ends a session only where it has lost its answer, and refused it twice since',
  },
  { grace: 120, title: 'an API that takes a spent token for a while longer loses no session' },
]

for (const { grace, title } of kinds)
  test(`promise 22: refreshes slow, broken off and lost, prefetches aborted: ${title}`, {
    tag: grace > 0 ? ['@full'] : [],
  }, async ({ api, app, served }) => {
    test.setTimeout(isFull ? 900_000 : 90_000)
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
    expect(sessionsLost, 'each with its answer').toBe(grace ? 0 : answersLost)
    expect(answersLost).toBeGreaterThan(0)
    expect(counts.abortedInRefresh).toBeGreaterThan(0)
    expect(counts.own, 'most have seen their own name').toBeGreaterThan(counts.answers / 4)
  })
