import { isStream } from '../common/brand.js'
import type { PackedRequest } from '../protocol/packing.js'

/** A request as the core sends it, once or twice: to this URL, with this `init`. No other code has a reference to it. */
export interface Outgoing {
  readonly url: string
  /** Without a prototype: for a missing member, no inherited getter runs. */
  readonly init: RequestInit
  /** Those of `init`. The core writes the token into them, for the time that `fetch` takes to copy them. */
  readonly headers: Headers
  readonly signal: AbortSignal
  /** Whether the body can be sent again. */
  readonly isReplayable: boolean
}

export function outgoing(request: PackedRequest, body: BodyInit | null, signal: AbortSignal): Outgoing {
  const { url, init } = request
  const headers = new Headers(init.headers)
  const isReplayable = !isStream(body)
  const own = { headers, signal, body, ...(isReplayable ? {} : { duplex: 'half' }) }
  return { url, init: Object.assign(Object.create(null), init, own), headers, signal, isReplayable }
}
