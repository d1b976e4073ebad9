import { explain } from '../common/errors.js'

export interface HeaderOptions {
  /**
   * The headers of the app for each request to the origins of the vault, computed in the page:
   * `() => ({ traceparent, 'Accept-Language': locale })`. A header that the request has already is not replaced.
   * `Authorization` is ignored. If the function throws, or returns something else than headers, `fetch` rejects with
   * {@link AuthError} `option-invalid`, and no request is sent.
   */
  headers?: () => Readonly<Record<string, string>>
}

/** Adds the headers of the app to a request that goes to the vault, and has no `Authorization` therefore. */
export function addHeaders({ headers }: Request, own: HeaderOptions['headers']) {
  try {
    for (const [name, value] of new Headers(own?.())) headers.has(name) || headers.set(name, value)
  } catch (cause) {
    // The message consists of the name of the option and the text of the error.
    throw explain('option-invalid', cause as string, { option: 'headers', cause })
  }
  headers.delete('authorization')
}
