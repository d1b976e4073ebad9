'use client'

import { useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import type { SessionInfo } from 'tokencell/bff'
import { AuthProvider } from 'tokencell/react'
import { auth } from '../lib/client'

/** With the router, pages follow the session: after a sign-in to the wanted page, after a sign-out away from it, in every tab. */
export function Providers({ session, children }: { session: SessionInfo; children: ReactNode }) {
  return (
    <AuthProvider auth={auth} session={session} router={useRouter()}>
      {children}
    </AuthProvider>
  )
}
