export interface Trouble {
  id: string
  label: string
  path: string
  body?: (email: string) => unknown
  /** Whether it has no effect without a session. */
  needsSession?: boolean
  /** Whether the API offers it, according to its state; otherwise every API does. */
  isOffered?: (state: object) => boolean
  /** What was done, and how to see the effect. */
  done: string
}

export const TROUBLES: Trouble[] = [
  {
    id: 'expire',
    label: 'Refuse all tokens',
    path: '/expire',
    needsSession: true,
    done: 'The API now refuses all tokens issued so far. Send 50 requests.',
  },
  {
    id: 'unavailable',
    label: 'Refresh: 5 × 503',
    path: '/faults',
    body: () => ({ route: 'refresh', kind: 'status', status: 503, times: 5 }),
    done: 'The next five refreshes get a 503. Refuse all tokens, then send 50 requests.',
  },
  {
    id: 'short-life',
    label: 'Tokens valid 20 s',
    path: '/settings',
    body: () => ({ accessTtl: 20 }),
    done: 'From the next token on, tokens are valid for 20 s.',
  },
  {
    id: 'offline',
    label: 'Lose the network',
    path: '/offline',
    body: () => ({ seconds: 15 }),
    isOffered: (state) => 'offlineUntil' in state,
    done: 'For 15 s, the API cannot be reached. Send 50 requests, now and afterwards.',
  },
  {
    id: 'revoke',
    label: 'Revoke me',
    path: '/revoke',
    body: (email) => ({ email }),
    needsSession: true,
    done: 'The server has ended your session. The next request shows it.',
  },
  {
    id: 'drop-roles',
    label: 'Remove my roles',
    path: '/roles',
    body: (email) => ({ email, roles: ['user'] }),
    needsSession: true,
    done: 'From the next refresh on, your only role is user.',
  },
  {
    id: 'raise-roles',
    label: 'Give me all roles',
    path: '/roles',
    body: (email) => ({ email, roles: ['admin', 'editor'] }),
    needsSession: true,
    done: 'From the next refresh on, your roles are admin and editor.',
  },
]
