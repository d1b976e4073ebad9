import { type Api, type Behind, type Served, serveApp } from '../apps.js'
import { startFront } from '../servers.js'
import type { Host } from './journey.js'

/** The base path of an application, the ending of its paths, and a check that a page has Ada's data from the API. */
interface Application extends Pick<Host, 'base' | 'ending' | 'keepsLength'> {
  isOfAda(notes: string): boolean
}

const next: Application = {
  base: '/field',
  ending: '/',
  keepsLength: false,
  isOfAda: (notes) => /Notes of (<!-- -->)?Ada/.test(notes),
}

const nuxt: Application = {
  base: '',
  isOfAda: (notes) => notes.includes('Notes of Ada') && !notes.includes('data-test="problem"'),
}

/** The example that a project serves, as a host of the tests. Nuxt sets `base` at run time. */
export function hostOf(served: Served, api: Api, { base }: { base?: string } = {}): Host {
  const { isOfAda, ...application } = served === 'standalone' ? next : nuxt
  const host = { ...application, ...(base !== undefined && { base }), api }
  return {
    ...host,
    async isSignedIn(visitor) {
      const page = await visitor.visit(`${host.base}/notes${host.ending ?? ''}`)
      const me = await visitor.call(`${host.base}/api/v1/me${host.ending ?? ''}`)
      return page.status === 200 && isOfAda(page.text) && me.status === 200
    },
  }
}

/** Instances of an application behind one nginx, which distributes requests over them in turn. */
export async function startInstances(served: Served, { count = 1, ...behind }: Behind & { count?: number }) {
  const apps = await Promise.all(Array.from({ length: count }, () => serveApp(served, behind)))
  const front = await startFront(apps.map(({ url }) => url))
  return {
    url: `http://localhost:${front.port}`,
    outputs: () => apps.map(({ output }) => output()),
    async end() {
      await front.end()
      await Promise.all(apps.map((app) => app.end()))
    },
  }
}
