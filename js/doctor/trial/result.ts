import type { Failed } from './exchanges.js'

/** What is done with the options, in this order. */
export const ACTS = ['sign-in', 'request', 'reload', 'refresh', 'sign-out'] as const

export type Act = (typeof ACTS)[number]

export interface Trial {
  /** What has worked. */
  tried: Act[]
  /** What has not, and ended the trial. No secret is in it. */
  failure: { act: Act; evidence: string; kind: Failed['kind'] } | undefined
}
