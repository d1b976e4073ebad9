import type { rails } from './rails.js'

/** The mends of one stack, for all that is done differently in each. */
export type Mends = Record<keyof typeof rails, string>
