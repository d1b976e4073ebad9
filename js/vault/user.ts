import type { CompleteEndpoint } from '../common/endpoint.js'
import type { SessionEvent } from '../common/types.js'
import type { Core } from '../wasm/core.js'
import { type Outgoing, outgoing } from './outgoing.js'

/** How long the request for the user may take. In milliseconds. */
const TIMEOUT = 30_000

interface Dependencies {
  /** The endpoint and its URL; `undefined` if the option `user` is not set. */
  endpoint(): Promise<{ options: CompleteEndpoint; url: string } | undefined>
  send(request: Outgoing): Promise<Response>
  report(event: SessionEvent): void
}

/** Asks the endpoint `user`. At most one request is in flight; all callers share it. */
export function createUserLoader({ endpoint, send, report }: Dependencies) {
  let loading: Promise<string | undefined> | undefined

  /** @returns the JSON text of the answer; `undefined` if the API brings no user, which is reported */
  async function request(): Promise<string | undefined> {
    const user = await endpoint()
    if (!user) return undefined
    const { method, credentials } = user.options
    const init: RequestInit = {
      method,
      credentials,
      cache: 'no-store',
      headers: [['Accept', 'application/json']],
    }
    let status: number | null = null
    try {
      const request = { url: user.url, init: Object.assign(Object.create(null), init) }
      const response = await send(outgoing(request, null, AbortSignal.timeout(TIMEOUT)))
      status = response.status
      const text = await response.text()
      // A user without members is none: some APIs answer `null` or `{}` if they know none.
      if (response.ok && Object.keys(JSON.parse(text) ?? {}).length > 0) return text
    } catch {
      // Reported below.
    }
    report({ type: 'user-failed', status })
    return undefined
  }

  const load = () => {
    loading ??= request().finally(() => {
      loading = undefined
    })
    return loading
  }

  return {
    /** Called by the core. */
    load,
    /** Resolves when the core has taken over the new user. */
    async reload(core: Core) {
      core.reloadUser()
      await loading
    },
  }
}
