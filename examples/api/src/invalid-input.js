/** What the caller sent is wrong, and the message says how. Answered with 422. */
export class InvalidInput extends Error {
  name = 'InvalidInput'
  status = 422
}
