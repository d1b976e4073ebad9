import type { rails } from './rails.js'

/** The fixes for one framework, for all topics that differ between frameworks. */
export type Fixes = Record<keyof typeof rails, string>
