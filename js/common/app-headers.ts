import { explain } from './errors.js'

/** The option `headers` of a client: computes the headers of the app for a request. */
export type AppHeaders = (() => HeadersInit) | undefined

/**
 * Adds the headers of the app that a request does not have yet, without `Authorization`.
 *
 * @throws AuthError `option-invalid` if the function throws, or returns something else than headers
 */
export function addAppHeaders(headers: Headers, compute: AppHeaders) {
  try {
    for (const [name, value] of new Headers(compute?.()))
      if (!headers.has(name) && name !== 'authorization') headers.set(name, value)
  } catch (cause) {
    throw explain('option-invalid', String(cause), { option: 'headers', cause })
  }
}
