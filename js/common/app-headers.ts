import { explain } from './errors.js'

/** The option `headers` of a client: the headers of the app, computed for each request. */
export type AppHeaders = (() => Readonly<Record<string, string>>) | undefined

/**
 * Computes the headers of the app.
 *
 * @throws AuthError `option-invalid` if the function throws, or returns something else than headers
 */
export function headersOfApp(compute: AppHeaders): Headers {
  try {
    return new Headers(compute?.())
  } catch (cause) {
    throw explain('option-invalid', 'It threw, or returned no headers.', { option: 'headers', cause })
  }
}
