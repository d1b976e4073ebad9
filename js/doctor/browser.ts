import { topology } from './topology.js'

/** The headers that browsers add to a request that a page makes with `fetch`. */
export function browserHeaders(method: string, page: string, api: string): Record<string, string> {
  const site = page === 'null' ? 'cross-site' : topology(page, api)
  // Browsers leave `Origin` out where it gives no information.
  const hasOrigin = page !== api || (method !== 'GET' && method !== 'HEAD')
  // The referrer that browsers send to another origin (`strict-origin-when-cross-origin`). Some APIs recognise their own
  // pages by it.
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
