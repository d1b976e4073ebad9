import type { ReactNode } from 'react'
import { createBffAuth } from 'tokencell/bff'
import type { SessionInfo } from 'tokencell/next'
import { AuthProvider, type ReactAuth, useAuth } from 'tokencell/react'
import { same, type User } from './register.js'

export function useName(): string {
  const session = useAuth()
  same<typeof session, ReactAuth<User>>()
  same<typeof session.user, Readonly<User> | null>()
  same<typeof session.serverReason, string | undefined>()
  // @ts-expect-error: the user is null unless the status is checked
  session.user.name
  if (session.isAuthenticated) return session.user.name
  same<typeof session.user, null>()
  return session.status === 'loading' ? (session.failure ?? '') : session.reason
}

export function useParts(): string {
  const { isAuthenticated, status, user, reason, serverReason, hasRole, signIn } = useAuth()
  const { idle, refresh, ticket } = useAuth()
  signIn({ email: 'ada@example.com' }, { by: 'signUp' }).then(({ status }) => status === 'pending')
  same<typeof idle, { readonly endsAt: number } | null>()
  same<ReturnType<typeof ticket>, Promise<string>>()
  refresh().then(({ claims }) => claims?.sub)
  // @ts-expect-error: this role does not exist
  hasRole('admn')
  // A check of one destructured property narrows the types of the others.
  if (isAuthenticated) return user.name
  if (status === 'unauthenticated') return serverReason ?? reason
  return 'loading'
}

export function useStatus(): string {
  const { status, user } = useAuth<{ login: string }>()
  return status === 'authenticated' ? user.login : ''
}

export const provide = (session: SessionInfo, children: ReactNode): ReactNode =>
  AuthProvider({ auth: createBffAuth(), session, children })
