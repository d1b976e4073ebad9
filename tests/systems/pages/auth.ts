import { type Auth, createAuth, type Vault } from 'tokencell'
import { createBffAuth } from 'tokencell/bff'

export interface Shown {
  id: number
  email: string
  name?: string
  role?: string
}

// The build puts the vault file of the system beside this file, under this name.
const file = './auth.vault.js'

const places = {
  page: { page: () => import('/auth.vault.js' as string) as Promise<{ default: Vault }> },
  shared: {
    shared: () =>
      new SharedWorker(new URL(file, import.meta.url), { type: 'module', extendedLifetime: true }),
  },
  worker: { worker: () => new Worker(new URL(file, import.meta.url), { type: 'module' }) },
}

export const auth: Auth<Shown> =
  __WHERE__ === 'bff' ? createBffAuth<Shown>() : createAuth<Shown>(places[__WHERE__])
