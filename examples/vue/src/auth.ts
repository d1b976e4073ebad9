import { createAuth } from 'tokencell'

export interface User {
  id: string
  email: string
  name: string
  roles: string[]
}

export const auth = createAuth<User>({
  shared: () =>
    new SharedWorker(new URL('./auth.vault.ts', import.meta.url), { type: 'module', extendedLifetime: true }),
  worker: () => new Worker(new URL('./auth.vault.ts', import.meta.url), { type: 'module' }),
})
