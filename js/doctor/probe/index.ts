import type { Plan } from '../options.js'
import type { Secrets } from '../secret.js'
import type { Failure, Wire } from '../wire.js'
import { createClient } from './client.js'
import { guess } from './guess.js'
import { probeLimit } from './limit.js'
import { Seen } from './seen.js'
import { askForFoundHeader, probeAsStranger } from './stranger.js'
import { probeAsUser, SIGNED_IN } from './user.js'

/** No server answers at this URL. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'

  constructor(
    readonly failure: Failure,
    readonly request: string,
  ) {
    super(failure.kind)
  }
}

/**
 * Sends the requests that the checks need, and records the responses.
 *
 * @throws Unreachable
 */
export async function probe(plan: Plan, wire: Wire, secrets: Secrets): Promise<Seen> {
  const seen = new Seen(plan)
  const client = createClient(plan, wire, secrets, seen)
  if (plan.guess) await guess(client, plan)
  await probeAsStranger(client, seen)
  const [failed] = seen.exchanges
  if (failed?.failure && seen.answered().length === 0) throw new Unreachable(failed.failure, failed.request)

  if (plan.credentials) {
    await probeAsUser(client, seen, plan.credentials)
    await askForFoundHeader(client, seen)
  } else seen.skip('nobody signed in (--anonymous)', 'sign-in', ...SIGNED_IN)
  if (plan.rateLimit) await probeLimit(client, seen)
  else seen.skip('only with --rate-limit, which locks this address out for a while', 'limited')
  return seen
}
