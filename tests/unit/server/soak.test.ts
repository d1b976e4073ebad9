import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { randomFrom } from '../../random.js'
import { type Browser, browse, fakeTime, pass } from './browser.js'
import { DUE, EXPIRED, MINUTES, startStrictApi } from './strict-api.js'

/** The number of steps. The full run makes more. */
const STEPS = process.env.TOKENCELL_FULL ? 1000 : 60
const TIMEOUT = 30_000 + STEPS * 50
const SPANS = [1000, 5000, 60_000, MINUTES, DUE, EXPIRED]

let api: Awaited<ReturnType<typeof startStrictApi>>
beforeEach(async () => {
  fakeTime()
  api = await startStrictApi()
})
afterEach(() => {
  vi.useRealTimers()
  api.close()
})

/** A prefetch that the browser aborts. Its response does not reach the browser. */
async function prefetch(browser: Browser, isSoon: boolean) {
  const giveUp = new AbortController()
  const answer = browser.bff.handle(browser.request('/api/notes', { signal: giveUp.signal }))
  if (!isSoon) await answer
  giveUp.abort()
  await answer
}

async function live(browser: Browser, random: () => number, repliesLost: number) {
  let losses = 0
  let refused = api.state.refused
  for (let step = 0; step < STEPS; step += 1) {
    pass(SPANS[Math.floor(random() * SPANS.length)] as number)
    api.state.onRefresh = async (answer, response) => {
      if (random() < repliesLost) return void response.destroy()
      if (random() < 0.3) await delay(5)
      answer()
    }
    const requests = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
      random() < 0.5 ? prefetch(browser, random() < 0.5) : browser.fetch('/api/notes'),
    )
    await Promise.all(requests)
    const { status, reason } = await browser.session()
    if (status === 'authenticated') continue
    losses += 1
    expect(reason, `step ${step}`).toBe('revoked')
    expect(api.state.refused - refused, 'at least two refusals').toBeGreaterThanOrEqual(2)
    await browser.signIn()
    refused = api.state.refused
  }
  return losses
}

test.each([1, 2, 3, 4, 5, 6])(
  'on a strict API, aborted prefetches and slow refreshes lose no session (seed %i)',
  async (seed) => {
    const browser = browse(api.options)
    await browser.signIn()
    expect(await live(browser, randomFrom(seed), 0)).toBe(0)
    expect(api.state.refused).toBe(0)
    expect(api.count('POST /refresh')).toBeGreaterThan(STEPS / 6)
  },
  TIMEOUT,
)

test.each([11, 12, 13, 14, 15, 16])(
  'on a strict API whose responses are lost, a session is lost only after a second refusal (seed %i)',
  async (seed) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const browser = browse(api.options)
    await browser.signIn()
    const losses = await live(browser, randomFrom(seed), 0.2)
    expect(losses, 'the API has ended some sessions').toBeGreaterThan(0)
    expect(losses).toBeLessThan(STEPS / 4)
  },
  TIMEOUT,
)
