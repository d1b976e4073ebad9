import { createAuth } from 'tokencell'

const inShared = () => new SharedWorker('/out/vault.js', { type: 'module', extendedLifetime: true })
const inWorker = () => new Worker('/out/vault.js', { type: 'module' })
const placements = {
  shared: { shared: inShared },
  worker: { worker: inWorker },
  page: { page: () => import('/out/vault.js') },
}

export function create(place) {
  const auth = createAuth(placements[place])
  return {
    signIn: () => auth.signIn({}),
    get: async (path) => (await auth.fetch(path)).status,
    fetch: auth.fetch,
  }
}
