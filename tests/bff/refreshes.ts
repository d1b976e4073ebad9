import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Api } from '../apps.js'
import type { Weather } from './weather.js'

/** One use of a refresh token, as the API sees it. Times are in milliseconds since the epoch. */
export interface Use {
  user: string
  token: string
  begun: number
  /** `null` while it is open. */
  ended: number | null
  /** What the API has made of it, be it sent or not. */
  status: number | null
  /** Whether anything of that has been sent. */
  isSent: boolean
}

export type Refreshes = ReturnType<typeof watchRefreshes>

/** Decides what happens to each refresh, until the API is reset, and keeps account of them. */
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
    /** From here on, nothing goes wrong any more. */
    calm() {
      isCalm = true
    },
    /** Whether one of the user's refreshes was under way at some time since then. */
    isAnyOpenSince: (user: string, since: number) =>
      uses.some((use) => use.user === user && (use.ended ?? Number.POSITIVE_INFINITY) >= since),
    /** Whether the API has rotated a token of the user's since then, and the answer was lost. */
    isAnyLostSince: (user: string, since: number) => of(user, since).some(isLost),
    /** How many of the user's refreshes were refused, from the first one on whose answer was lost. */
    refusals(user: string, since: number) {
      const all = of(user, since)
      const first = all.findIndex(isLost)
      return first < 0 ? 0 : all.slice(first).filter(({ status, isSent }) => status === 401 && isSent).length
    },
  }
}

export const isLost = ({ status, isSent }: Use) => status === 200 && !isSent

/** What a server must not have done: with a token whose answer it has got, or may still get, nothing more is asked. */
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
