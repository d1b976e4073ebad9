import { fromPage, isNuxt, type Served } from '../apps.js'

type Headers = Record<string, string>

/** The pages and routes of an example. Some exist only in Next or only in Nuxt. */
export interface Surface {
  /** The response for Ada contains Ada's name. */
  ofAda: [path: string, headers: Headers][]
  /** Further requests whose responses contain no user's data. */
  ofNobody: [path: string, headers: Headers][]
  /** A page that caches may store. */
  cached: string
}

const both: Surface['ofAda'] = [
  ['/notes', {}],
  ['/api/v1/me', fromPage],
  ['/api/auth/session', fromPage],
]

const next: Surface = {
  ofAda: [...both, ['/legacy', {}]],
  ofNobody: [
    ['/notes?_rsc=1', { rsc: '1' }],
    ['/', { rsc: '1', 'next-router-prefetch': '1' }],
  ],
  cached: '/about',
}

const nuxt: Surface = {
  ofAda: [...both, ['/', {}], ['/admin', {}], ['/api/people', {}]],
  ofNobody: [],
  cached: '/news',
}

export const surfaceOf = (served: Served) => (isNuxt(served) ? nuxt : next)
