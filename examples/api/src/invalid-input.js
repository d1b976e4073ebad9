/** Invalid input of the caller. The message describes the error. The response is 422. */
export class InvalidInput extends Error {
  name = 'InvalidInput'
  status = 422
}
