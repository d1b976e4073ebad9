import { createAuth } from 'tokencell'

export { api } from './api'

export const auth = createAuth({
  shared: () =>
    new SharedWorker(new URL('./auth.vault.ts', import.meta.url), { type: 'module', extendedLifetime: true }),
  worker: () => new Worker(new URL('./auth.vault.ts', import.meta.url), { type: 'module' }),
})
