import { isStream } from '../common/brand.js'
import type { PackedRequest } from '../protocol/packing.js'

/** A request that the core sends once or twice, to this URL with this `init`. No other code has a reference to it. */
export interface Outgoing {
  readonly url: string
  /** An object without a prototype, so that no inherited getter runs for a missing member. */
  readonly init: RequestInit
  /**
   * The headers of `init`. The core adds the token before it calls `fetch`, and removes it after `fetch` has copied them.
   */
  readonly headers: Headers
  readonly signal: AbortSignal
  /** Whether the body can be sent again. */
  readonly isReplayable: boolean
  /** The session that the page shows. The core sends no request of a page that does not know yet of another user. */
  readonly session: number | undefined
}

/** How long a request of the vault itself may take. In milliseconds. */
const TIMEOUT = 30_000

/** A request that the vault makes itself and whose response is JSON. */
export const ownRequest = (url: string, init: PackedRequest['init']): Outgoing =>
  outgoing(
    { url, init: { cache: 'no-store', headers: [['Accept', 'application/json']], ...init } },
    null,
    AbortSignal.timeout(TIMEOUT),
  )

export function outgoing(
  request: PackedRequest,
  body: BodyInit | null,
  signal: AbortSignal,
  session?: number,
): Outgoing {
  const { url, init } = request
  const headers = new Headers(init.headers)
  // Most requests have no body, and `isStream` throws and catches an error for it, which is slow.
  const isReplayable = body === null || !isStream(body)
  const own = { headers, signal, body, ...(isReplayable ? {} : { duplex: 'half' }) }
  return { url, init: Object.assign(Object.create(null), init, own), headers, signal, isReplayable, session }
}
