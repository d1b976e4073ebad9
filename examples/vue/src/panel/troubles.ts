export interface Trouble {
  id: string
  label: string
  path: string
  body?: (email: string) => unknown
  /** Whether it is about whoever is signed in. */
  isPersonal?: boolean
  /** What was done, and how to see what comes of it. */
  done: string
}

export const TROUBLES: Trouble[] = [
  {
    id: 'expire',
    label: 'Refuse all tokens',
    path: '/expire',
    done: 'The API refuses every token issued so far. Now send 50.',
  },
  {
    id: 'unavailable',
    label: 'Refresh: 5 × 503',
    path: '/faults',
    body: () => ({ route: 'refresh', kind: 'status', status: 503, times: 5 }),
    done: 'The next five refreshes get a 503. Refuse all tokens, then send 50.',
  },
  {
    id: 'short-life',
    label: 'Tokens live 20 s',
    path: '/settings',
    body: () => ({ accessTtl: 20 }),
    done: 'Tokens live 20 s, from the next one on.',
  },
  {
    id: 'revoke',
    label: 'Revoke me',
    path: '/revoke',
    body: (email) => ({ email }),
    isPersonal: true,
    done: 'The server has ended your session. The next request finds out.',
  },
  {
    id: 'drop-roles',
    label: 'Drop my roles',
    path: '/roles',
    body: (email) => ({ email, roles: ['user'] }),
    isPersonal: true,
    done: 'You are a mere user, from the next refresh on.',
  },
  {
    id: 'raise-roles',
    label: 'Raise my roles',
    path: '/roles',
    body: (email) => ({ email, roles: ['admin', 'editor'] }),
    isPersonal: true,
    done: 'You are admin and editor, from the next refresh on.',
  },
]
