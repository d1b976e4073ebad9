export interface HeaderOptions {
  /**
   * The headers of the app for each request to the origins of the vault, computed in the page:
   * `() => ({ traceparent, 'Accept-Language': locale })`. A header that the request has already is not replaced.
   * `Authorization` is ignored. If the function throws, or returns something else than headers, `fetch` rejects with
   * {@link AuthError} `option-invalid`, and no request is sent.
   */
  headers?: () => Readonly<Record<string, string>>
}
