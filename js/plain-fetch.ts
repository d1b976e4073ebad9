/** `fetch` of the browser, for a request that was taken apart. */
export function plainFetch(request: Request, body: BodyInit | null): Promise<Response> {
  // Any member of `init` resets the referrer of the request (Fetch, the constructor of Request).
  const { referrer, referrerPolicy } = request
  const init = { body, duplex: 'half', referrer, referrerPolicy } as RequestInit
  return fetch(body === null ? request : new Request(request, init))
}
