// What short snippets take for granted: the rest of an application. Other pages show their imports.

import type { Auth } from 'tokencell'

declare global {
  const auth: Auth
  const credentials: Record<string, string>
  const email: string
  const password: string
  const url: string
  const listener: () => void
  const show: (text: string | undefined) => void
  type paths = Record<string, never>
}
