/** `fetch` of the browser, for a request that was taken apart. */
export function plainFetch(request: Request, body: BodyInit | null): Promise<Response> {
  return fetch(body === null ? request : new Request(request, { body, duplex: 'half' } as RequestInit))
}
