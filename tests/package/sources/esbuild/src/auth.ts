import { createAuth } from 'tokencell'

// esbuild does not change these URLs. They name the output of the separate entry auth.vault.ts, in the same folder.
export const auth = createAuth<{ email: string }>({
  shared: () =>
    new SharedWorker(new URL('./auth.vault.js', import.meta.url), { type: 'module', extendedLifetime: true }),
  worker: () => new Worker(new URL('./auth.vault.js', import.meta.url), { type: 'module' }),
})
