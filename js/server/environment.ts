type Environment = Record<string, string | undefined>

/** The variables of the process, on hosts that have one. */
export const environment = (): Environment =>
  (globalThis as { process?: { env?: Environment } }).process?.env ?? {}
