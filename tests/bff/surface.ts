import { fromPage, isNuxt, type Served } from '../apps.js'

type Headers = Record<string, string>

/** Where the examples differ: what there is to ask for beside the pages and routes that both have. */
export interface Surface {
  /** All of it has Ada's name for Ada. */
  ofAda: [path: string, headers: Headers][]
  /** More of the same, with nothing of anybody's in it. */
  ofNobody: [path: string, headers: Headers][]
  /** A page that caches may keep. */
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
