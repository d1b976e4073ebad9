import { createAuth } from 'tokencell'

export type Role = 'admin' | 'editor' | 'user'

export interface User {
  id: string
  email: string
  name: string
  roles: Role[]
}

declare module 'tokencell' {
  interface Register {
    user: User
    role: Role
  }
}

export const auth = createAuth({
  shared: () =>
    new SharedWorker(new URL('./auth.vault.ts', import.meta.url), { type: 'module', extendedLifetime: true }),
  worker: () => new Worker(new URL('./auth.vault.ts', import.meta.url), { type: 'module' }),
})
