import type { ReactNode } from 'react'
import { Header } from '../../components/header'
import { Providers } from '../../components/providers'
import { auth } from '../../lib/auth'

export default async function AppLayout({ children }: { children: ReactNode }) {
  return (
    <Providers session={await auth.getSession()}>
      <Header />
      <main>{children}</main>
    </Providers>
  )
}
