import type { Credentials } from 'tokencell'

export type FrontName = 's0' | 's1' | 's2-pair' | 's2-session' | 's3'

/** What the pages of a system know of its API, beside the vault file. */
interface Front {
  admin: string
  me: string
  /** An endpoint that writes. */
  notes?: string
  /** The list of the user's own sessions. */
  sessions?: string
  /** Cookies belong to the requests of the page, too. */
  withCredentials?: true
  /** The server has a sign-in page of its own, on the same origin. */
  signInPage?: string
  credentials?: (form: Record<string, string>) => Credentials
}

const fronts: Record<FrontName, Front> = {
  s0: {
    admin: '/admin/users',
    me: '/users/current',
    notes: '/notes',
    sessions: '/users/current/sessions',
    withCredentials: true,
  },
  s1: {
    admin: '/api/v1/admin/users',
    me: '/api/v1/me',
    credentials: (user) => ({ user }),
  },
  's2-pair': { admin: '/admin/users', me: '/me', notes: '/notes' },
  's2-session': { admin: '/admin/users', me: '/me', notes: '/notes', signInPage: '/login' },
  s3: { admin: '/api/admin/users', me: '/api/auth/me', withCredentials: true },
}

export const front = fronts[__FRONT__]
