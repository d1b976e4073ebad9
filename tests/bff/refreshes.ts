import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Api } from '../apps.js'
import type { Weather } from './weather.js'

/** One use of a refresh token at the API. Times are in milliseconds since the epoch. */
export interface Use {
  user: string
  token: string
  begun: number
  /** `null` while the request is open. */
  ended: number | null
  /** The status that the API has decided on, even if the response was not sent. */
  status: number | null
  /** Whether the API has sent at least the head of the response. */
  isSent: boolean
}

export type Refreshes = ReturnType<typeof watchRefreshes>

/** Injects faults into refreshes and other requests until the API is reset, and records every refresh. */
export function watchRefreshes(
  api: Api,
  { ofRefresh, ofOthers }: { ofRefresh(user: string): Weather; ofOthers(): Weather },
) {
  const uses: Use[] = []
  let isCalm = false

  api.faults.choose((req: IncomingMessage & { path: string }, res: ServerResponse) => {
    if (!req.path.endsWith('/refresh')) return req.method === 'GET' && !isCalm ? ofOthers() : undefined
    const token = /refresh_token=([^;]*)/.exec(req.headers.cookie ?? '')?.[1] ?? ''
    const user = api.sessions.ofToken(token)?.userId ?? ''
    const use: Use = { user, token, begun: Date.now(), ended: null, status: null, isSent: false }
    uses.push(use)
    res.once('close', () => {
      use.ended = Date.now()
      use.status = res.statusCode
      use.isSent = res.headersSent
    })
    return isCalm ? undefined : ofRefresh(user)
  })

  const of = (user: string, since: number) => uses.filter((use) => use.user === user && use.begun >= since)

  return {
    uses,
    /** From now on, no faults are injected. */
    calm() {
      isCalm = true
    },
    /** Whether a refresh of the user was in progress at any time after `since`. */
    isAnyOpenSince: (user: string, since: number) =>
      uses.some((use) => use.user === user && (use.ended ?? Number.POSITIVE_INFINITY) >= since),
    /** Whether, after `since`, the API has rotated a token of the user and the response was lost. */
    isAnyLostSince: (user: string, since: number) => of(user, since).some(isLost),
    /** The number of refused refreshes of the user, counted from the first one whose response was lost. */
    refusals(user: string, since: number) {
      const all = of(user, since)
      const first = all.findIndex(isLost)
      return first < 0 ? 0 : all.slice(first).filter(({ status, isSent }) => status === 401 && isSent).length
    },
  }
}

export const isLost = ({ status, isSent }: Use) => status === 200 && !isSent

/** Uses that are bugs of the server: a refresh token is sent again after its response has arrived or can still arrive. */
export function mistakesIn(uses: readonly Use[]): string[] {
  const last = new Map<string, Use>()
  return uses.flatMap((use) => {
    const before = last.get(use.token)
    last.set(use.token, use)
    return before ? mistakesBetween(before, use) : []
  })
}

function mistakesBetween(before: Use, { user, begun }: Use): string[] {
  if (before.ended === null || begun < before.ended)
    return [`user ${user}: a token was used while its last use was not answered`]
  if (before.status === 200 && before.isSent)
    return [`user ${user}: a token was used again that the API had exchanged for another one`]
  return []
}
