import type { NextRequest } from 'next/server.js'
import type { BffServer } from '../server/index.js'

/** Answers requests below the `basePath` of next.config as if there were none, and leads back to where there is. */
export function belowBasePath(handle: BffServer['handle']) {
  return async (request: Request): Promise<Response> => {
    const { basePath = '' } = (request as Partial<NextRequest>).nextUrl ?? {}
    const url = new URL(request.url)
    if (basePath === '' || !isBelow(basePath, url.pathname)) return handle(request)
    url.pathname = url.pathname.slice(basePath.length) || '/'
    const response = await handle(new Request(url, request))
    const location = response.headers.get('location') ?? ''
    // A form leads back to its own page, whose address has it.
    if (location.startsWith('/') && !isBelow(basePath, new URL(location, url).pathname))
      response.headers.set('location', basePath + location)
    return response
  }
}

const isBelow = (basePath: string, pathname: string) =>
  pathname === basePath || pathname.startsWith(`${basePath}/`)
