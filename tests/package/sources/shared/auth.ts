import { createAuth } from 'tokencell'

export const auth = createAuth<{ email: string }>({
  shared: () =>
    new SharedWorker(new URL('./auth.vault.ts', import.meta.url), { type: 'module', extendedLifetime: true }),
  worker: () => new Worker(new URL('./auth.vault.ts', import.meta.url), { type: 'module' }),
})
