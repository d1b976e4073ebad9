import type { Failed } from './exchanges.js'

/** The actions that are tried with the options, in this order. */
export const ACTS = ['sign-in', 'request', 'reload', 'refresh', 'sign-out'] as const

export type Act = (typeof ACTS)[number]

export interface Trial {
  /** The actions that worked. */
  tried: Act[]
  /** The action that failed, and ended the trial. It contains no secret. */
  failure: { act: Act; evidence: string; kind: Failed['kind'] } | undefined
}
