import { createAuth } from 'tokencell'

// esbuild leaves these URLs alone. auth.vault.ts is an entry of its own, so they name its output, a neighbour of ours.
export const auth = createAuth<{ email: string }>({
  shared: () =>
    new SharedWorker(new URL('./auth.vault.js', import.meta.url), { type: 'module', extendedLifetime: true }),
  worker: () => new Worker(new URL('./auth.vault.js', import.meta.url), { type: 'module' }),
})
