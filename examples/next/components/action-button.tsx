'use client'

import { type ReactNode, useActionState } from 'react'

/** Counts how often the action has succeeded. */
export function ActionButton({ action, children }: { action: () => Promise<void>; children: ReactNode }) {
  const [times, run] = useActionState(async (before: number) => {
    await action()
    return before + 1
  }, 0)
  return (
    <form action={run}>
      <button type="submit" data-test="action">
        {children}
      </button>
      <output data-test="wrote">{times}</output>
    </form>
  )
}
