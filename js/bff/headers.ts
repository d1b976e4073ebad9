import { type AppHeaders, headersOfApp } from '../common/app-headers.js'

/** Headers that the application does not choose. */
const CREDENTIAL = /^(authorization|cookie|proxy-.*)$/i

/**
 * Adds the headers of the app that a request does not have yet, without credentials.
 *
 * @throws AuthError `option-invalid`
 */
export function addAppHeaders(headers: Headers, own: AppHeaders) {
  headersOfApp(own).forEach((value, name) => {
    if (!headers.has(name) && !CREDENTIAL.test(name)) headers.set(name, value)
  })
}
