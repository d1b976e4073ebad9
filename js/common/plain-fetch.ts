import { platformFetch } from './platform-fetch.js'
import { join } from './request.js'

/** The browser's `fetch`, for a request that was split into its parts. */
export function plainFetch(request: Request, body: BodyInit | null): Promise<Response> {
  return platformFetch(join(request, body))
}
