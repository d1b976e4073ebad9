import type { Check } from '../finding.js'
import { answerChecks } from './answers.js'
import { cookieChecks } from './cookies.js'
import { corsChecks } from './cors.js'
import { csrfChecks } from './csrf.js'
import { rotationChecks } from './rotation.js'
import { sessionChecks } from './sessions.js'
import { tokenChecks } from './tokens.js'
import { userChecks } from './user.js'

/** All checks, in the order in which a report lists the checks of one severity. */
export const checks: Check[] = [
  ...sessionChecks,
  ...cookieChecks,
  ...corsChecks,
  ...tokenChecks,
  ...rotationChecks,
  ...csrfChecks,
  ...answerChecks,
  ...userChecks,
]
