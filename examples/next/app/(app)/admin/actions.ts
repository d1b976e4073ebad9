'use server'

import { revalidatePath } from 'next/cache'
import { auth } from '../../../lib/auth'

/** An action is a door of its own: whoever may see the page is not asked, but whoever calls this. */
export async function addForEverybody() {
  await auth.requireSession({ roles: ['admin'] })
  await auth.fetch('/api/v1/notes', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ text: 'written in an action' }),
  })
  revalidatePath('/notes')
}
