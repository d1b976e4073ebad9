'use client'

import Link from 'next/link'
import { useAuth } from 'tokencell/react'

export function Header() {
  const { isAuthenticated, user, hasRole, signOut } = useAuth()

  return (
    <header>
      <Link href="/">tokencell</Link>
      <nav>
        <Link href="/notes">Notes</Link>
        {hasRole('admin') && <Link href="/admin">People</Link>}
        <a href="/legacy">Legacy</a>
        <a href="/vault">Vault</a>
        <a href="https://github.com/tokencell/tokencell#readme">Docs</a>
      </nav>
      {isAuthenticated ? (
        <>
          <span data-test="user">{user?.name}</span>
          <button type="button" data-test="sign-out" onClick={() => signOut()}>
            Sign out
          </button>
        </>
      ) : (
        <Link href="/sign-in" data-test="to-sign-in">
          Sign in
        </Link>
      )}
    </header>
  )
}
