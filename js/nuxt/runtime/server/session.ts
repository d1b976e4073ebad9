import { createError, type H3Event } from 'h3'
import { useRuntimeConfig } from 'nitropack/runtime'
import { decide, type Rule } from '../../../common/guard.js'
import type { SessionInfo } from '../../../protocol/server-session.js'
import type { PublicOptions } from '../../options.js'
import { rolesAt } from '../roles.js'
import { type EventSession, sessionOf } from './context.js'

// The interface `Register` of 'tokencell' takes effect only if that module is part of the program.
export type {} from '../../../index.js'

/** The session of one request to this server. */
export interface ServerAuth {
  /** Returns the session. If a refresh is due, it refreshes first. */
  info(): Promise<SessionInfo>
  /**
   * Returns the session if the rule admits the visitor. Otherwise it throws an error with the status 401 or 403.
   * @default { requiresAuth: true }
   */
  require(rule?: Rule): Promise<SessionInfo>
  /** `fetch` to the API, with the token. */
  fetch: EventSession['fetch']
}

/** The session of a request, in server routes and middleware of Nitro. */
export function useServerAuth(event: H3Event): ServerAuth {
  const { info, fetch } = sessionOf(event)
  const { roles } = useRuntimeConfig().public.tokencell as unknown as PublicOptions
  return {
    info,
    fetch,
    async require(rule = { requiresAuth: true }) {
      const found = await info()
      const decision = decide(found.snapshot, rule, roles ? rolesAt(roles) : undefined)
      if (decision === 'allow') return found
      const isKnown = found.snapshot.status === 'authenticated'
      throw createError(
        isKnown ? { status: 403, message: 'Forbidden' } : { status: 401, message: 'Unauthorized' },
      )
    },
  }
}
