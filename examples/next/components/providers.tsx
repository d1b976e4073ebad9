'use client'

import { useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import type { SessionInfo } from 'tokencell/bff'
import { AuthProvider } from 'tokencell/react'
import { auth } from '../lib/client'

/** With `router`, every tab opens the requested page after a sign-in, and leaves protected pages after a sign-out. */
export function Providers({ session, children }: { session: SessionInfo; children: ReactNode }) {
  return (
    <AuthProvider auth={auth} session={session} router={useRouter()}>
      {children}
    </AuthProvider>
  )
}
