import { explain } from '../common/errors.js'

/** The option `headers` of a client: computes the headers of the app for a request. */
export type AppHeaders = (() => Readonly<Record<string, string>>) | undefined

/** Headers that the application does not choose. */
const CREDENTIAL = /^(authorization|cookie|proxy-.*)$/i

/**
 * Adds the headers of the app that a request does not have yet, without credentials.
 *
 * @throws AuthError `option-invalid` if the function throws, or returns something else than headers
 */
export function addHeaders(headers: Headers, compute: AppHeaders) {
  try {
    for (const [name, value] of new Headers(compute?.()))
      if (!headers.has(name) && !CREDENTIAL.test(name)) headers.set(name, value)
  } catch (cause) {
    throw explain('option-invalid', String(cause), { option: 'headers', cause })
  }
}
