import { setTimeout as delay } from 'node:timers/promises'
import type { Answer } from '../answer.js'
import type { Endpoint, Plan } from '../options.js'
import type { Client } from './client.js'
import type { Observations } from './observations.js'
import { begin, refreshTokenOf, type Session, withRefreshOf } from './session.js'

/** The time between two uses. In seconds. */
const MIN_PAUSE = 0.25
const MAX_PAUSE = 5

/**
 * Uses a refresh token, and then uses it again, until the API refuses it, or has accepted it for longer than the plan
 * allows. After a refusal, uses the successor of the token, which should no longer work.
 */
export async function probeReuse(
  client: Client,
  observations: Observations,
  endpoint: Endpoint,
  first: Session,
) {
  const spent = await client.refresh('spend', endpoint, first)
  if (!spent?.isOk) return first
  const second = begin(spent, first)
  if (!differs(first, second, observations.plan)) {
    observations.skip('the refresh token stays the same, so there is no spent token to try', 'family')
    return second
  }
  const began = Date.now()
  // A client that repeats a cookie against CSRF must repeat the current one.
  const stolen = withRefreshOf(second, first, observations.plan)
  for (let pause = MIN_PAUSE; ; pause = Math.min(pause * 2, MAX_PAUSE)) {
    const after = (Date.now() - began) / 1000
    const answer = await client.refresh('reuse', endpoint, stolen)
    if (!answer) return second
    const last = {
      after,
      status: answer.status,
      successor: answer.isOk ? successor(answer, second, observations.plan) : undefined,
    }
    observations.reuses.push(last)
    if (!answer.isOk) break
    if (after >= observations.plan.grace) {
      observations.skip('the API never refused the spent refresh token', 'family')
      return second
    }
    await delay(Math.min(pause, Math.max(observations.plan.grace - after, 0.02)) * 1000)
  }
  const answer = await client.refresh('family', endpoint, second)
  return answer?.isOk ? begin(answer, second) : undefined
}

const differs = (a: Session, b: Session, plan: Plan) =>
  !refreshTokenOf(a, plan)?.equals(refreshTokenOf(b, plan))

function successor(answer: Answer, second: Session, plan: Plan): 'another' | 'same' {
  const token = refreshTokenOf(begin(answer), plan)
  // The response has no new session, so the client keeps the current one.
  return token === undefined || token.equals(refreshTokenOf(second, plan)) ? 'same' : 'another'
}
