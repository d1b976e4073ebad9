'use client'

import { useSyncExternalStore } from 'react'
import { auth } from '../auth'
import '../expose'

// What the server rendered, whatever has become known since.
const first = auth.snapshot

export function Session() {
  const { status, user } = useSyncExternalStore(
    auth.subscribe,
    () => auth.snapshot,
    () => first,
  )
  return <p id="session">{user?.email ?? status}</p>
}
