import type { IdleOptions } from './vault-options.js'

/** The default warning, in seconds. */
const WARN = 60

/** The idle limit in milliseconds, with its default. */
export const idleMillis = ({ after, warn = Math.min(WARN, after / 2) }: IdleOptions) => ({
  after: after * 1000,
  warn: warn * 1000,
})
