import { platformFetch } from './platform-fetch.js'
import { join } from './request.js'

/** `fetch` of the browser, for a request that was taken apart. */
export function plainFetch(request: Request, body: BodyInit | null): Promise<Response> {
  return platformFetch(join(request, body))
}
