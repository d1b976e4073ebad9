import type { Plan } from '../options.js'
import type { Secrets } from '../secret.js'
import type { Failure, Transport } from '../transport.js'
import { askForFoundHeader, probeAnonymously } from './anonymous.js'
import { createClient } from './client.js'
import { guess } from './guess.js'
import { probeLimit } from './limit.js'
import { Observations } from './observations.js'
import { SIGNED_IN } from './steps.js'
import { probeAsUser } from './user.js'

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
export async function probe(plan: Plan, transport: Transport, secrets: Secrets): Promise<Observations> {
  const observations = new Observations(plan)
  const client = createClient(plan, transport, secrets, observations)
  if (plan.guess) await guess(client, plan)
  await probeAnonymously(client, observations)
  const [failed] = observations.exchanges
  if (failed?.failure && observations.answered().length === 0)
    throw new Unreachable(failed.failure, failed.request)

  if (plan.credentials) {
    await probeAsUser(client, observations, plan.credentials)
    await askForFoundHeader(client, observations)
  } else observations.skip('doctor did not sign in (--anonymous)', 'sign-in', ...SIGNED_IN)
  if (plan.rateLimit) await probeLimit(client, observations)
  else
    observations.skip(
      'this check needs --rate-limit, after which the API may refuse sign-ins from this address for a while',
      'limited',
    )
  return observations
}
