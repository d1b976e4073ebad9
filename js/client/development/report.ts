import type { Auth } from '../../common/types.js'
import type { Port } from '../../protocol/messages.js'
import type { Placement } from '../placement.js'

/** Writes problems that a developer must know into the console of the page. */
export function reportTrouble(auth: Auth<unknown>, origins: () => readonly string[] | undefined) {
  let isAway = false

  function sayThatApiFails(failure: 'malformed' | 'unreachable') {
    if (isAway) return
    isAway = true
    const api = origins()?.join(', ') ?? 'The API'
    const what =
      failure === 'malformed'
        ? 'sends a refresh response that does not fit the options in the vault file'
        : 'does not respond to a refresh, or responds with a status that neither grants nor refuses it'
    console.warn(
      `[tokencell] ${api} ${what}. The session is kept, and the refresh is repeated until the API grants or refuses it. Check that the API runs. \`npx tokencell doctor\` examines it.`,
    )
  }

  auth.subscribe(({ status, failure }) => {
    if (failure) sayThatApiFails(failure)
    else if (status !== 'loading') isAway = false
  })
  auth.onEvent((event) => {
    // Log the message as text, too: some consoles and log collectors show no details of an error object.
    if (event.type === 'vault-failed') console.error(`[tokencell] ${event.error.message}`, event.error)
    if (event.type === 'refreshed') isAway = false
    if (event.type === 'refresh-failed' && event.failure !== 'refused') sayThatApiFails(event.failure)
  })
}

/** Wraps the factories, and calls `learn` with the origins of every vault that has started. */
export function hearOrigins(
  { shared, worker, page }: Placement,
  learn: (origins: readonly string[]) => void,
): Placement {
  function listen(port: Port) {
    port.addEventListener('message', ({ data }) => {
      if (data?.type === 'welcome') learn(data.origins)
    })
  }
  return {
    ...(shared && {
      shared() {
        const made = shared()
        listen(made.port)
        return made
      },
    }),
    ...(worker && {
      worker() {
        const made = worker()
        listen(made)
        return made
      },
    }),
    ...(page && {
      async page() {
        const module = await page()
        module.default?.origins().then(learn, () => {})
        return module
      },
    }),
  }
}
