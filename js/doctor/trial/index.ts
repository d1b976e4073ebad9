import { isAuthError } from '../../common/errors.js'
import type { VaultOptions } from '../../common/vault-options.js'
import type { Seen } from '../probe/seen.js'
import type { Wire } from '../wire.js'
import { createActs, Failed } from './acts.js'
import { createExchanges } from './exchanges.js'
import { ACTS, type Act, type Trial } from './result.js'

/**
 * Uses exactly these options as an application would: signs in, requests something protected, reloads the page, refreshes
 * and signs out. The code of the package writes the requests and reads the responses. Cookies are kept and sent as
 * browsers do for this page.
 */
export async function tryOptions(options: VaultOptions, seen: Seen, wire: Wire): Promise<Trial> {
  const trial = await attempt(options, seen, wire)
  return trial.failure?.kind === 'unanswered' ? attempt(options, seen, wire) : trial
}

async function attempt(options: VaultOptions, seen: Seen, wire: Wire): Promise<Trial> {
  const tried: Act[] = []
  let act: Act = 'sign-in'
  let acts: ReturnType<typeof createActs> | undefined
  try {
    acts = createActs(options, seen, createExchanges(options, seen.plan, wire))
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
