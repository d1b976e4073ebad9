import { expect } from '@playwright/test'
import type { Exchange, Fault } from './proxy.js'

/** What a page saw of one call. */
export interface Seen {
  /** Identifies the call at the API, too. */
  id: number
  kind: 'read' | 'write'
  /** The user that the page showed when the call began, by e-mail. */
  shown: string | undefined
  /** The status of the response, or the code of the error. */
  result: number | string
  /** The user in the response. */
  user?: string
}

/** What the API did with the requests of pages, compared with what the pages saw. */
export function createLedger() {
  const seen: Seen[] = []
  /** Calls without a result: the page was closed or reloaded. */
  let gone = 0
  /** The times at which refreshes began, in milliseconds since the epoch. */
  const refreshes: number[] = []
  /** Reasons for which pages lost a session. */
  const ends: string[] = []
  let faults = 0

  return {
    /** Wraps what the proxy does with a request. */
    watch(exchange: Exchange, fault: Fault | undefined): Fault | undefined {
      if (exchange.path.endsWith('/refresh') && exchange.method === 'POST') refreshes.push(Date.now())
      if (fault) faults += 1
      return fault
    },
    saw: (call: Seen) => void seen.push(call),
    wentWithPage: () => void gone++,
    ended: (reason: string) => void ends.push(reason),

    /** @param writes how often the API has stored the note with an id */
    check({
      seconds,
      writes,
      refused,
    }: {
      seconds: number
      writes: ReadonlyMap<number, number>
      refused: number
    }) {
      const answers = seen.filter(({ result }) => typeof result === 'number' && result < 300)
      const ofOthers = answers.filter(({ shown, user }) => shown && user && user !== shown)
      const twice = [...writes].filter(([, times]) => times > 1)
      const unconfirmed = answers.filter(({ id, result }) => result === 201 && writes.get(id) !== 1)
      // `replaced`: another user has signed in.
      const lost = ends.filter((reason) => reason !== 'signed-out' && reason !== 'replaced')
      const perSecond = refreshes.length / seconds
      const figures = {
        seconds,
        calls: seen.length + gone,
        answers: answers.length,
        errors: seen.length - answers.length,
        endedWithPage: gone,
        faults,
        refreshes: refreshes.length,
        refreshesPerSecond: Math.round(perSecond * 100) / 100,
        signOuts: ends.length - lost.length,
        sessionsLost: lost.length,
        refused,
        answersToOthers: ofOthers.length,
        handledTwice: twice.length,
      }
      console.log(JSON.stringify(figures))
      console.log(JSON.stringify(tally(seen.map(({ result }) => result))))
      expect(ofOthers, 'responses with the data of another user').toEqual([])
      expect(twice, 'requests that the API has handled twice').toEqual([])
      expect(unconfirmed, 'responses to requests that the API has not handled').toEqual([])
      expect(lost, 'sessions lost, with the reasons').toEqual([])
      expect(perSecond, 'refreshes per second').toBeLessThanOrEqual(1)
      // The other calls meet a fault, or a page without a session. On a slow machine these are most of a short soak.
      const few = seconds < 60 ? Math.min(10, seen.length / 10) : seen.length / 10
      expect(answers.length, 'calls are answered').toBeGreaterThan(few)
    },
  }
}

/** How often each result occurred. */
function tally(results: readonly (number | string)[]) {
  const counts: Record<string, number> = {}
  for (const result of results) counts[result] = (counts[result] ?? 0) + 1
  return counts
}

export type Ledger = ReturnType<typeof createLedger>
