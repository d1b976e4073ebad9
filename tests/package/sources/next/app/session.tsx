'use client'

import { useSyncExternalStore } from 'react'
import { auth } from '../auth'
import '../expose'

// The snapshot for hydration: the one that the server has rendered.
const first = auth.snapshot

export function Session() {
  const { status, user } = useSyncExternalStore(
    auth.subscribe,
    () => auth.snapshot,
    () => first,
  )
  return <p id="session">{user?.email ?? status}</p>
}
