import { createAuth } from 'tokencell'

export const auth = createAuth({
  shared: () =>
    new SharedWorker(new URL('./auth.vault.js', import.meta.url), { type: 'module', extendedLifetime: true }),
  worker: () => new Worker(new URL('./auth.vault.js', import.meta.url), { type: 'module' }),
})
