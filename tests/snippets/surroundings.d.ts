// What the snippets of the README and docs/ take for granted: the rest of somebody's application.

import type { Auth } from 'tokencell'
import type { Component } from 'vue'

declare global {
  interface ImportMetaEnv {
    DEV: boolean
    VITE_VAULT?: string
  }
  interface ImportMeta {
    env: ImportMetaEnv
  }
  const Home: Component,
    Notes: Component,
    Admin: Component,
    SignIn: Component,
    Forbidden: Component,
    Unavailable: Component
  const auth: Auth
  const credentials: Record<string, string>
  const email: string
  const password: string
  const url: string
  const listener: () => void
  const show: (text: string | undefined) => void
  type paths = Record<string, never>
}
