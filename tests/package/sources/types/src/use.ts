import { type AuthEvent, isAuthError, type Snapshot } from 'tokencell'
import type { VaultOptions } from 'tokencell/vault'
import { auth } from './auth.js'

export const options = { signIn: '/login', csrf: false } satisfies VaultOptions

export async function use(): Promise<string> {
  const snapshot: Snapshot<{ email: string }> = await auth.ready
  auth.onEvent((event: AuthEvent) => event.type === 'request' && event.millis.toFixed())
  const response: Response = await auth.fetch('/notes', { method: 'POST', body: new FormData() })
  try {
    await auth.signIn({ email: '', password: '' })
  } catch (error) {
    if (isAuthError(error)) return `${error.code} ${error.status ?? response.status}`
  }
  return snapshot.status === 'authenticated' ? (snapshot.user?.email ?? '') : (snapshot.reason ?? 'loading')
}
