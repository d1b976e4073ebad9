'use client'

import type { ReactNode } from 'react'
import type { SessionInfo } from 'tokencell/bff'
import { AuthProvider } from 'tokencell/react'
import { auth } from '../lib/client'

export function Providers({ session, children }: { session: SessionInfo; children: ReactNode }) {
  return (
    <AuthProvider auth={auth} session={session}>
      {children}
    </AuthProvider>
  )
}
