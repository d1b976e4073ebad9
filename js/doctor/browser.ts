import { topology } from './topology.js'

/** What browsers say of a request that a page makes with `fetch`. */
export function browserHeaders(method: string, page: string, api: string): Record<string, string> {
  const site = page === 'null' ? 'cross-site' : topology(page, api)
  // They leave it out where it says nothing.
  const hasOrigin = page !== api || (method !== 'GET' && method !== 'HEAD')
  // As much as they tell another origin (`strict-origin-when-cross-origin`). Some APIs know their own pages by it.
  const hasReferer = page !== 'null' && !(page.startsWith('https:') && api.startsWith('http:'))
  return {
    'User-Agent': 'tokencell-doctor',
    ...(hasOrigin && { Origin: page }),
    ...(hasReferer && { Referer: `${page}/` }),
    'Sec-Fetch-Site': site,
    'Sec-Fetch-Mode': 'cors',
    'Sec-Fetch-Dest': 'empty',
  }
}
