import { isAuthError } from '../../common/errors.js'
import type { VaultOptions } from '../../common/vault-options.js'
import type { Observations } from '../probe/observations.js'
import type { Transport } from '../transport.js'
import { createActs, Failed } from './acts.js'
import { createExchanges } from './exchanges.js'
import { ACTS, type Act, type Trial } from './result.js'

/**
 * Uses exactly these options as an application would: signs in, requests something protected, reloads the page, refreshes
 * and signs out. The code of the package writes the requests and reads the responses. Cookies are kept and sent as
 * browsers do for this page.
 */
export async function tryOptions(
  options: VaultOptions,
  observations: Observations,
  transport: Transport,
): Promise<Trial> {
  const trial = await attempt(options, observations, transport)
  return trial.failure?.kind === 'unanswered' ? attempt(options, observations, transport) : trial
}

async function attempt(
  options: VaultOptions,
  observations: Observations,
  transport: Transport,
): Promise<Trial> {
  const tried: Act[] = []
  let act: Act = 'sign-in'
  let acts: ReturnType<typeof createActs> | undefined
  try {
    acts = createActs(options, observations, createExchanges(options, observations.plan, transport))
    for (act of ACTS) {
      const work = acts[act]
      if (!work) continue
      await work()
      tried.push(act)
    }
    return { tried, failure: undefined }
  } catch (error) {
    if (!(error instanceof Failed) && !isAuthError(error)) throw error
    // Whatever has failed, no session must stay open.
    if (act !== 'sign-in' && act !== 'sign-out') await acts?.['sign-out']?.().catch(() => {})
    const kind = error instanceof Failed ? error.kind : 'refused'
    return { tried, failure: { act, evidence: error.message, kind } }
  }
}
