import type { Snapshot } from 'tokencell'
import type { DeliveryPath, SessionEvent } from '../stores/timeline'

type Reason = NonNullable<Snapshot['reason']>
type EventOf<Type extends SessionEvent['type']> = Extract<SessionEvent, { type: Type }>

export const STATUSES: Record<Snapshot['status'], string> = {
  authenticated: 'Signed in',
  loading: 'Loading…',
  unauthenticated: 'Signed out',
}

export const REASONS: Record<Reason, string> = {
  expired: 'the session has expired',
  idle: 'the user did nothing for too long',
  never: 'no user has signed in yet',
  replaced: 'another account signed in',
  revoked: 'revoked by the server',
  'signed-out': 'by the user',
}

export const PATHS: Record<DeliveryPath, string> = {
  direct: 'Sent immediately',
  waited: 'Sent after waiting for a token',
  retried: 'Got a 401, and was sent again with a newer token',
  anonymous: 'Sent without a token, because there is no session',
  'not-replayed': 'Got a 401, and was not sent again: its body was a stream, which cannot be sent twice',
}

const TRIGGERS: Record<EventOf<'refresh-started'>['trigger'], string> = {
  check: 'another tab requested a check',
  due: 'three quarters of the token lifetime are over',
  expired: 'a request needed a token, and the token had expired',
  rejected: 'a request got a 401',
  requested: 'the page demanded it',
  restore: 'the page was loaded',
}

const FAILURES: Record<EventOf<'refresh-failed'>['failure'], string> = {
  malformed: 'the response had no token',
  refused: 'the server refused it',
  unreachable: 'the server did not respond',
}

/** Describes a session event: what happened, and the details. */
export function describe(event: SessionEvent, at: number): { title: string; detail: string } {
  switch (event.type) {
    case 'joined':
      return { title: 'Joined', detail: 'no refresh needed: the vault was running' }
    case 'signed-in':
      return { title: 'Signed in', detail: '' }
    case 'ended':
      return { title: 'Session ended', detail: REASONS[event.reason] }
    case 'signed-out':
      return { title: 'Sign-out confirmed by the server', detail: '' }
    case 'refresh-started':
      return { title: 'Refresh started', detail: TRIGGERS[event.trigger] }
    case 'refreshed':
      return { title: 'Refreshed', detail: `token ${event.generation}` }
    case 'refresh-failed':
      return { title: 'Refresh failed', detail: FAILURES[event.failure] + pause(event.retryAt, at) }
    case 'sign-out-pending':
      return { title: 'Sign-out pending', detail: `not confirmed by the server${pause(event.retryAt, at)}` }
    case 'user-failed':
      return {
        title: 'User not loaded',
        detail: event.status === null ? 'no response' : `status ${event.status}`,
      }
    case 'step-up-required':
      return { title: 'Step-up required', detail: event.acrValues ?? 'the API wants a newer sign-in' }
    case 'idle-warning':
      return { title: 'Idle', detail: `the session ends${pause(event.endsAt, at).replace(', retry', '')}` }
    case 'vault-failed':
      return { title: 'Vault not started', detail: event.error.message }
  }
}

const pause = (until: number | null, at: number) =>
  until === null ? '' : `, retry in ${(Math.max(0, until - at) / 1000).toFixed(1)} s`

/** `m:ss`. */
export function clockFace(millis: number | null): string {
  if (millis === null) return '–:––'
  const seconds = Math.round(millis / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** `123 ms`; from 10 seconds on, `12.3 s`. */
export const duration = (millis: number) =>
  millis < 9999.5 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(1)} s`

export const plural = (count: number, word: string) =>
  `${count} ${word}${count === 1 ? '' : word.endsWith('sh') ? 'es' : 's'}`
