'use server'

import { revalidatePath } from 'next/cache'
import { auth } from '../../../lib/auth'

/** An action must check the session itself. The check of the page does not protect it. */
export async function addForEverybody() {
  await auth.requireSession({ roles: ['admin'] })
  await auth.fetch('/api/v1/notes', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ text: 'written in an action' }),
  })
  revalidatePath('/notes')
}
