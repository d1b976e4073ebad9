import { explain } from './errors.js'

/** Creates the error for something that the Content Security Policy of a page or a vault forbids. */
export const policyError = (detail: { directive: string; cause?: unknown }) =>
  explain('policy-refused', 'A Content Security Policy blocks this. Allow it.', detail)
